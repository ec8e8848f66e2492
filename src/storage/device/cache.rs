//! Compiled pipelines, kept on disk between runs where the driver offers its blob: a shader takes it 1 to 50 ms.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// The blob of one adapter and driver.
pub struct Cache {
    inner: Option<(wgpu::PipelineCache, PathBuf)>,
    made: AtomicU32,
}

impl Cache {
    pub fn new(device: &wgpu::Device, info: &wgpu::AdapterInfo) -> Cache {
        let offered = device.features().contains(wgpu::Features::PIPELINE_CACHE);
        let path = wgpu::util::pipeline_cache_key(info)
            .filter(|_| offered)
            .and_then(|key| Some(folder()?.join(key)));
        let inner = path.map(|path| {
            let data = std::fs::read(&path).ok();
            let descriptor = wgpu::PipelineCacheDescriptor {
                label: Some("rushlight"),
                data: data.as_deref(),
                fallback: true,
            };
            // SAFETY: the blob is what `keep` wrote for this adapter and driver, in the user's own cache; one of another version
            // is refused by its header
            #[allow(unsafe_code)]
            let cache = unsafe { device.create_pipeline_cache(&descriptor) };
            (cache, path)
        });
        Cache { inner, made: AtomicU32::new(0) }
    }
    pub fn get(&self) -> Option<&wgpu::PipelineCache> {
        self.inner.as_ref().map(|(cache, _)| cache)
    }
    /// Another pipeline was made: after the 8th, the 16th, the 32nd and so on the blob is written. What cannot be written is made
    /// again next time.
    pub fn count(&self) {
        let made = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        let Some((cache, path)) = self.inner.as_ref().filter(|_| made >= 8 && made.is_power_of_two()) else {
            return;
        };
        let Some(data) = cache.get_data() else { return };
        let part = path.with_extension(format!("{}.partial", std::process::id()));
        let written = path.parent().is_some_and(|dir| std::fs::create_dir_all(dir).is_ok())
            && std::fs::write(&part, data).is_ok()
            && std::fs::rename(&part, path).is_ok();
        if !written {
            let _ = std::fs::remove_file(part);
        }
    }
}

/// The user's cache, or where `RUSHLIGHT_CACHE` says; empty, it keeps nothing.
fn folder() -> Option<PathBuf> {
    let var = |name: &str| std::env::var_os(name).map(PathBuf::from);
    if let Some(named) = var("RUSHLIGHT_CACHE") {
        return Some(named).filter(|p| !p.as_os_str().is_empty());
    }
    let base = var("XDG_CACHE_HOME").or_else(|| var("HOME").map(|home| home.join(".cache")))?;
    base.is_absolute().then(|| base.join("rushlight"))
}
