// Functions of floats that WGSL does not have, or that drivers may compute less exactly than 2 ULP. A function stands from
// its `fn` to the next one; those that an expression names go into its shader.

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }

fn is_inf(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }

fn nan() -> f32 { var b = 0x7fc00000u; return bitcast<f32>(b); }

fn inf() -> f32 { var b = 0x7f800000u; return bitcast<f32>(b); }

fn max_nan(a: f32, b: f32) -> f32 { return select(select(b, a, a > b), a, is_nan(a)); }

fn min_nan(a: f32, b: f32) -> f32 { return select(select(b, a, a < b), a, is_nan(a)); }

fn c_mul(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> { return vec2<f32>(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x); }

fn c_div(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
    // by the larger part of the divisor (Smith, 1962)
    if (abs(b.x) >= abs(b.y)) {
        let r = b.y / b.x;
        let d = b.x + b.y * r;
        return vec2<f32>((a.x + a.y * r) / d, (a.y - a.x * r) / d);
    }
    let r = b.x / b.y;
    let d = b.x * r + b.y;
    return vec2<f32>((a.x * r + a.y) / d, (a.y * r - a.x) / d);
}
