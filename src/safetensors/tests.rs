//! Files there and back, and files that are not what they say.

use super::*;
use crate::base::{BF16, C64, F16, Scalar};
use proptest::prelude::*;

fn file(header: &str, data: &[u8]) -> Vec<u8> {
    let mut out = (header.len() as u64).to_le_bytes().to_vec();
    out.extend_from_slice(header.as_bytes());
    out.extend_from_slice(data);
    out
}

fn sample() -> StateDict {
    let floats = [0.5f32, -1.0, f32::NAN, f32::INFINITY, 1e-40, -0.0];
    let half: Vec<F16> = [1.0, -2.5].iter().map(|&v| F16::from_f64(v)).collect();
    let brain: Vec<BF16> = [1.0, -2.5, 3.0].iter().map(|&v| BF16::from_f64(v)).collect();
    let tensors = [
        ("f32", Tensor::from_slice(&floats, &[2, 3])),
        ("turned", Tensor::from_slice(&floats, &[2, 3]).and_then(|t| t.t())),
        ("f64", Tensor::from_slice(&[1.0f64, 2.0], &[2])),
        ("f16", Tensor::from_slice(&half, &[2])),
        ("bf16", Tensor::from_slice(&brain, &[3])),
        ("i64", Tensor::from_slice(&[i64::MIN, 7], &[2, 1])),
        ("u8", Tensor::from_slice(&[1u8, 255, 3], &[3])),
        ("bool", Tensor::from_slice(&[true, false, true], &[3])),
        ("complex", Tensor::from_slice(&[C64::new(1.0, -2.0)], &[1])),
        ("number", Tensor::from_slice(&[3i32], &[])),
        ("empty", Tensor::from_slice::<f32>(&[], &[2, 0])),
        ("\"quoted\\ \n\u{1} ü 🕯\"", Tensor::from_slice(&[1i8, -1], &[2])),
    ];
    tensors.into_iter().map(|(name, t)| (name.to_string(), t.unwrap())).collect()
}

fn bits(t: &Tensor) -> Vec<u8> {
    let t = dense(t).unwrap();
    t.storage().copy_out(t.layout().offset * t.dtype().size(), t.numel() * t.dtype().size()).unwrap()
}

#[test]
fn what_is_written_is_read() {
    let tensors = sample();
    let bytes = to_bytes(&tensors).unwrap();
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap());
    assert_eq!(header % 8, 0);
    let again = from_bytes(&bytes).unwrap();
    assert_eq!(again.keys().collect::<Vec<_>>(), tensors.keys().collect::<Vec<_>>());
    for (name, t) in &tensors {
        let u = &again[name];
        assert_eq!((u.shape(), u.dtype(), bits(u)), (t.shape(), t.dtype(), bits(t)), "{name}");
    }
    assert!(from_bytes(&to_bytes(&StateDict::new()).unwrap()).unwrap().is_empty());
}

#[test]
fn files_are_there_whole_or_not_at_all() {
    let dir = std::env::temp_dir().join(format!("rushlight-safetensors-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    let path = dir.join("model.safetensors");
    save(&path, &sample()).unwrap();
    let before = fs::read(&path).unwrap();
    let wide = Tensor::empty(&[1], DType::C128, Device::Cpu).unwrap();
    wide.fill_with(Scalar::Int(0)).unwrap();
    let refused = save(&path, &StateDict::from([("wide".to_string(), wide)])).unwrap_err();
    assert_eq!(refused.kind(), Kind::NotImplemented);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "no draft is left");
    fs::write(&path, &before[..before.len() - 1]).unwrap();
    assert_eq!(load(&path).unwrap_err().kind(), Kind::Value);
    fs::remove_dir_all(&dir).unwrap();
    let missing = load(&path).unwrap_err();
    assert_eq!(missing.kind(), Kind::Runtime);
    assert!(missing.message().contains("model.safetensors"), "{missing}");
}

#[test]
fn spaces_escapes_and_metadata() {
    let header = r#"{ "__metadata__" : {"a":"b", "c":"\u00fc\n"} , "\ud83d\udd6f\t" :
        {"shape": [ 2 ],"data_offsets":[0,2], "dtype":"I8"} }   "#;
    let got = from_bytes(&file(header, &[1, 255])).unwrap();
    assert_eq!(got["🕯\t"].to_vec::<i8>().unwrap(), [1, -1]);
}

#[test]
fn hostile_files_are_refused() {
    let entry = |text: &str| format!("{{\"x\":{text}}}");
    let long = format!("[{}]", vec!["0"; 65].join(","));
    let cases = [
        String::new(),
        "[]".into(),
        "{".into(),
        "{}x".into(),
        "{\"x\"".into(),
        "{\"x\":".into(),
        "{\"x\\".into(),
        "{\"\\ud800\":{}}".into(),
        "{\"\\ud800\\u0041\":{}}".into(),
        "{\"\\uzzzz\":{}}".into(),
        "{\"\\u00".into(),
        "{\"__metadata__\":{\"a\":1}}".into(),
        entry("{}"),
        entry("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":[]}"),
        entry("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,4]}"),
        entry("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}"),
        entry("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}"),
        entry("{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}"),
        entry("{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}"),
        entry("{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}"),
        entry("{\"dtype\":\"F32\",\"shape\":[01],\"data_offsets\":[0,4]}"),
        entry("{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,18446744073709551616]}"),
        entry("{\"dtype\":\"F32\",\"shape\":[9223372036854775807,4],\"data_offsets\":[0,4]}"),
        entry("{\"dtype\":\"F32\",\"shape\":[0,9223372036854775807,9223372036854775807],\"data_offsets\":[0,0]}"),
        entry("{\"dtype\":\"F32\",\"shape\":[18446744073709551615],\"data_offsets\":[0,18446744073709551615]}"),
        entry(&format!("{{\"dtype\":\"F32\",\"shape\":{long},\"data_offsets\":[0,0]}}")),
        entry("{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"),
        "{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"x\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[4,4]}}".into(),
        "{\"x\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},\"y\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[1,4]}}".into(),
    ];
    for header in cases {
        let got = from_bytes(&file(&header, &[0; 4]));
        assert_eq!(got.map(|_| ()).unwrap_err().kind(), Kind::Value, "{header}");
    }
    let other =
        from_bytes(&file(&entry("{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]}"), &[0; 4]));
    assert_eq!(other.unwrap_err().kind(), Kind::NotImplemented);
    let bools =
        from_bytes(&file(&entry("{\"dtype\":\"BOOL\",\"shape\":[4],\"data_offsets\":[0,4]}"), &[0, 1, 2, 0]));
    assert_eq!(bools.unwrap_err().kind(), Kind::Value);
    assert_eq!(from_bytes(&[1, 2]).unwrap_err().kind(), Kind::Value);
    assert_eq!(from_bytes(&u64::MAX.to_le_bytes()).unwrap_err().kind(), Kind::Value);
}

proptest! {
    /// Whatever a file says: tensors or an error.
    #[test]
    fn damaged_files_do_no_harm(cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), keep in any::<prop::sample::Index>()) {
        let mut bytes = to_bytes(&sample()).unwrap();
        for (at, value) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = from_bytes(&bytes);
        bytes.truncate(keep.index(bytes.len()));
        let _ = from_bytes(&bytes);
    }
}
