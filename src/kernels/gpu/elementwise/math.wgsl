// Functions of floats that WGSL does not have, or that drivers compute less exactly than PyTorch (Vulkan allows exp an
// error that grows with its argument, atan 4096 units, sine and cosine 2^-11). Polynomials and reductions are those of the
// CPU's float32 kernels (kernels/cpu/elementwise/math). A function stands from its `fn` to the next one; those that an
// expression names go into its shader.

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }

fn is_inf(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }

fn is_finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }

fn nan() -> f32 { var b = 0x7fc00000u; return bitcast<f32>(b); }

fn inf() -> f32 { var b = 0x7f800000u; return bitcast<f32>(b); }

fn max_nan(a: f32, b: f32) -> f32 { return select(select(b, a, a > b), a, is_nan(a)); }

fn min_nan(a: f32, b: f32) -> f32 { return select(select(b, a, a < b), a, is_nan(a)); }

fn copysign_f(x: f32, s: f32) -> f32 { return bitcast<f32>((bitcast<u32>(x) & 0x7fffffffu) | (bitcast<u32>(s) & 0x80000000u)); }

fn is_minus(x: f32) -> bool { return (bitcast<u32>(x) >> 31u) != 0u; }

// what is not negative, over zero: WGSL leaves the division to the driver
fn over_zero(q: f32) -> f32 { return select(nan(), inf(), q > 0.0); }

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

fn pow2(n: i32) -> f32 { return bitcast<f32>(u32(n + 127) << 23u); }

fn scaled(p: f32, n: i32) -> f32 { let h = n >> 1u; return p * pow2(h) * pow2(n - h); }

fn prod_low(a: f32, b: f32, p: f32) -> f32 {
    // what the product p = a b lost by rounding, whether fma is one operation or two: by halves of the factors (Dekker, 1971)
    let ah = bitcast<f32>(bitcast<u32>(a) & 0xfffff000u); let al = a - ah;
    let bh = bitcast<f32>(bitcast<u32>(b) & 0xfffff000u); let bl = b - bh;
    return ((ah * bh - p) + ah * bl + al * bh) + al * bl;
}

fn held(x: f32) -> f32 {
    // without its last bit: some compilers make (1 + x) - 1 an x, and this they cannot see through
    return bitcast<f32>(bitcast<u32>(x) & 0xfffffffeu);
}

fn exp_ext(x: f32, extra: f32) -> f32 {
    let c = clamp(x, -104.0, 89.0);
    let n = round(c * 1.44269504);
    let r = (c - n * 0.693359375) + n * 2.12194440e-4 + extra;
    let t = fma(r * r, fma(fma(fma(fma(0.00138143252, r, 0.00836885069), r, 0.0416684002), r, 0.166665196), r, 0.49999994), r);
    return select(scaled(1.0 + t, i32(n)), x, is_nan(x));
}

fn exp_f(x: f32) -> f32 { return exp_ext(x, 0.0); }

fn exp2_f(x: f32) -> f32 {
    let c = clamp(x, -151.0, 128.0);
    let n = round(c);
    let r = c - n;
    return select(scaled(fma(r, fma(fma(fma(fma(fma(0.000153528454, r, 0.00133988669), r, 0.00961843971), r, 0.0555033237), r, 0.240226477), r, 0.693147182), 1.0), i32(n)), x, is_nan(x));
}

fn expm1_f(x: f32) -> f32 {
    let c = clamp(x, -40.0, 89.0);
    let n = round(c * 1.44269504);
    let r = (c - n * 0.693359375) + n * 2.12194440e-4;
    let t = fma(r * r, fma(fma(fma(fma(0.00138143252, r, 0.00836885069), r, 0.0416684002), r, 0.166665196), r, 0.49999994), r);
    let half = scaled(1.0, i32(n) - 1);
    let y = fma(half, t, half - 0.5) * 2.0;
    return select(copysign_f(y, x), x, is_nan(x));
}

fn log_tail(f: f32) -> f32 { return f * f * fma(fma(fma(fma(fma(fma(fma(fma(fma(0.0373204723, f, -0.0912703201), f, 0.117555365), f, -0.1275004), f, 0.142720282), f, -0.16652289), f, 0.199996248), f, -0.250002891), f, 0.333333433), f, -0.49999997); }

fn log_split(x: f32) -> vec2<f32> {
    // mantissa less one, and the power of two
    // (of what a card may take for zero: the bits as a whole number)
    let bits = bitcast<u32>(x);
    let small = bits < 0x800000u;
    let b = select(bits, bitcast<u32>(f32(bits)), small);
    let k = i32(b - 0x3f400000u) >> 23u;
    let m = bitcast<f32>(b - (u32(k) << 23u));
    return vec2<f32>(m - 1.0, f32(k - select(0, 149, small)));
}

fn log_ends(x: f32, low: f32, y: f32) -> f32 {
    if (is_nan(x) || x < low) { return nan(); }
    if (x == low && (low != 0.0 || (bitcast<u32>(x) << 1u) == 0u)) { return -inf(); }
    return select(y, x, is_inf(x));
}

fn log_f(x: f32) -> f32 {
    let s = log_split(x);
    let t = log_tail(s.x);
    return log_ends(x, 0.0, fma(s.y, 0.693359375, s.x + fma(s.y, -2.12194440e-4, t)));
}

fn log2_f(x: f32) -> f32 {
    let s = log_split(x);
    let t = log_tail(s.x);
    let fh = bitcast<f32>(bitcast<u32>(s.x) & 0xfffff000u);
    let low = (s.x - fh + t) * 1.44269504 + fh * 3.12228389e-4;
    return log_ends(x, 0.0, s.y + (fh * 1.4423828125 + low));
}

fn log10_f(x: f32) -> f32 {
    let s = log_split(x);
    let t = log_tail(s.x);
    let low = fma(s.y, -1.432098889755969860527551e-8, fma(t, 0.4342944920063018798828125, s.x * -1.010305005223168358108339e-8));
    return log_ends(x, 0.0, fma(s.y, 0.3010300099849700927734375, fma(s.x, 0.4342944920063018798828125, low)));
}

fn log1p_f(x: f32) -> f32 {
    if (abs(x) < 1e-4) { return x - x * x * (0.5 - x * 0.333333333); }
    let u = held(1.0 + x);
    let lost = (1.0 - u) + x;
    let s = log_split(u);
    let f = s.x + lost * pow2(clamp(-i32(s.y), -126, 127));
    let t = log_tail(f);
    return log_ends(x, -1.0, fma(s.y, 0.693359375, f + fma(s.y, -2.12194440e-4, t)));
}

fn softplus_f(x: f32) -> f32 { return max(x, 0.0) + log1p_f(exp_f(-abs(x))) + select(0.0, x, is_nan(x)); }

fn sigmoid_f(x: f32) -> f32 {
    let e = exp_f(-abs(x));
    return select(1.0, e, x < 0.0) / (1.0 + e);
}

fn tanh_f(x: f32) -> f32 {
    let a = abs(x);
    if (a <= 0.625) {
        let z = x * x;
        return fma(x * z, fma(fma(fma(fma(fma(0.00211801776, z, -0.00815069769), z, 0.0216901544), z, -0.0539448895), z, 0.13333191), z, -0.333333313), x);
    }
    let y = 1.0 - 2.0 / (exp_f(min(a, 10.0) * 2.0) + 1.0);
    return select(copysign_f(y, x), x, is_nan(x));
}

fn sinh_f(x: f32) -> f32 {
    let a = abs(x);
    if (a > 88.0) { let h = exp_f(0.5 * a); return copysign_f(0.5 * h * h, x); }
    let e = expm1_f(a);
    return select(copysign_f(0.5 * (e + e / (e + 1.0)), x), x, is_nan(x));
}

fn cosh_f(x: f32) -> f32 {
    let a = abs(x);
    let h = exp_f(0.5 * a);
    let e = exp_f(a);
    return select(select(0.5 * e + 0.5 / e, 0.5 * h * h, a > 88.0), x, is_nan(x));
}

fn asinh_f(x: f32) -> f32 {
    let a = abs(x);
    if (a > 1e9) { return copysign_f(log_f(a) + 0.693147181, x); }
    return copysign_f(log1p_f(a + a * a / (1.0 + sqrt(fma(a, a, 1.0)))), x) + select(0.0, x, is_nan(x));
}

fn acosh_f(x: f32) -> f32 {
    if (x > 1e9) { return log_f(x) + 0.693147181; }
    let t = x - 1.0;
    return select(log1p_f(t + sqrt(max(t * (x + 1.0), 0.0))), nan(), !(x >= 1.0));
}

fn atanh_f(x: f32) -> f32 {
    let a = abs(x);
    if (!(a <= 1.0)) { return nan(); }
    if (a == 1.0) { return copysign_f(inf(), x); }
    return copysign_f(0.5 * log1p_f(2.0 * a / (1.0 - a)), x);
}

fn mul_high(a: u32, b: u32) -> u32 {
    let al = a & 0xffffu; let ah = a >> 16u; let bl = b & 0xffffu; let bh = b >> 16u;
    let low = al * bl; let m = ah * bl + (low >> 16u); let n = al * bh + (m & 0xffffu);
    return ah * bh + (m >> 16u) + (n >> 16u);
}

fn two_over_pi(i: i32) -> u32 {
    // bits of 2/pi behind the point, 32 at a time
    switch (i) {
        case 0: { return 0xa2f9836eu; }
        case 1: { return 0x4e441529u; }
        case 2: { return 0xfc2757d1u; }
        case 3: { return 0xf534ddc0u; }
        case 4: { return 0xdb629599u; }
        case 5: { return 0x3c439041u; }
        case 6: { return 0xfe5163abu; }
        default: { return 0u; }
    }
}

fn trig_window(bit: i32) -> u32 {
    // 32 bits of 2/pi from one on; those before the point are zeros
    let w = bit >> 5u;
    let s = u32(bit & 31);
    let a = two_over_pi(w);
    let b = two_over_pi(w + 1);
    return select((a << s) | (b >> (32u - s)), a, s == 0u);
}

fn trig_far(a: f32) -> vec2<f32> {
    // a = m 2^(e-23): the product with 2/pi modulo four quarter turns (Payne and Hanek, 1983)
    let b = bitcast<u32>(a);
    let e = i32(b >> 23u) - 127;
    let m = ((b & 0x7fffffu) | 0x800000u) << 8u;
    // bits from 2^(-1-first) on; what lies above them times m is a multiple of four
    let first = e - 34;
    let w0 = trig_window(first); let w1 = trig_window(first + 32); let w2 = trig_window(first + 64);
    let h2 = mul_high(m, w2);
    let l1 = m * w1; let h1 = mul_high(m, w1);
    let mid = l1 + h2; let carry = select(0u, 1u, mid < l1);
    let l0 = m * w0;
    let top = l0 + h1 + carry;
    // top holds, in units of 2^-29, the quarter turns modulo 8
    let n = top >> 29u;
    let frac_hi = (top << 3u) | (mid >> 29u);
    let frac_lo = mid << 3u;
    let up = frac_hi >= 0x80000000u;
    var hi = frac_hi; var lo = frac_lo; var sign = 1.0;
    if (up) { lo = ~frac_lo + 1u; hi = ~frac_hi + select(0u, 1u, lo == 0u); sign = -1.0; }
    let v = f32(hi) * 2.3283064365386963e-10 + f32(lo) * 5.421010862427522e-20;
    return vec2<f32>(sign * v * 1.57079633, f32((n + select(0u, 1u, up)) & 3u));
}

fn trig_near(a: f32) -> vec2<f32> {
    let n = round(a * 0.636619772);
    let r = ((a - n * 1.5703125) - n * 4.837512969970703125e-4) - n * 7.54978995489188216e-8;
    return vec2<f32>(r, f32(u32(n) & 3u));
}

fn trig_of(x: f32, turn: u32) -> f32 {
    let a = abs(x);
    if (!is_finite(x)) { return nan(); }
    var rn = trig_near(min(a, 8000.0));
    if (a > 6400.0) { rn = trig_far(a); }
    let z = rn.x * rn.x;
    let s = fma(rn.x * z, fma(fma(-0.000195160101, z, 0.00833216868), z, -0.166666552), rn.x);
    let c = fma(z * z, fma(fma(2.44317598e-05, z, -0.00138873048), z, 0.0416666456), 1.0 - 0.5 * z);
    let n = (u32(rn.y) + turn) & 3u;
    let y = select(s, c, (n & 1u) == 1u);
    return select(y, -y, n >= 2u);
}

fn sin_f(x: f32) -> f32 { let y = trig_of(x, 0u); return select(y, -y, is_minus(x)); }

fn cos_f(x: f32) -> f32 { return trig_of(x, 1u); }

fn tan_f(x: f32) -> f32 { return sin_f(x) / cos_f(x); }

fn atan_quotient(y: f32, x: f32) -> f32 {
    let steep = x < y;
    let q = select(y, x, steep) / select(x, y, steep);
    let z = q * q;
    let p = fma(q * z, fma(fma(fma(fma(fma(fma(fma(fma(-0.00179360015, z, 0.0109145166), z, -0.0311776958), z, 0.057957463), z, -0.0840344355), z, 0.109521843), z, -0.142642409), z, 0.199985489), z, -0.333332986), q);
    return select(p, 1.57079637 - (p + 4.37113883e-8), steep);
}

fn atan_f(x: f32) -> f32 {
    if (is_nan(x)) { return x; }
    return copysign_f(select(atan_quotient(min(abs(x), 1e30), 1.0), 1.57079637, is_inf(x)), x);
}

fn atan2_f(y: f32, x: f32) -> f32 {
    if (is_nan(x) || is_nan(y)) { return nan(); }
    let both = is_inf(x) && is_inf(y);
    let none = x == 0.0 && y == 0.0;
    var p = 0.0;
    if (both) { p = 0.785398163; } else if (is_inf(y)) { p = 1.57079637; } else if (!none && !is_inf(x)) { p = atan_quotient(abs(y), abs(x)); }
    return copysign_f(select(p, 3.14159274 - (p + 8.74227766e-8), is_minus(x)), y);
}

fn asin_small(a: f32) -> f32 { let z = a * a; return fma(a * z, fma(fma(fma(fma(fma(0.0375750773, z, 0.0143963033), z, 0.0318190791), z, 0.0445155688), z, 0.0750051141), z, 0.166666597), a); }

fn asin_f(x: f32) -> f32 {
    let a = abs(x);
    if (!(a <= 1.0)) { return nan(); }
    if (a <= 0.5) { return copysign_f(asin_small(a), x); }
    return copysign_f(1.57079637 - (2.0 * asin_small(sqrt(0.5 * (1.0 - a))) + 4.37113883e-8), x);
}

fn acos_f(x: f32) -> f32 {
    let a = abs(x);
    if (!(a <= 1.0)) { return nan(); }
    if (a <= 0.5) { return 1.57079637 - (x - (-4.37113883e-8) + (copysign_f(asin_small(a), x) - x)); }
    let y = 2.0 * asin_small(sqrt(0.5 * (1.0 - a)));
    return select(y, 3.14159274 - (y + 8.74227766e-8), x < 0.0);
}

fn hypot_f(a: f32, b: f32) -> f32 {
    if (is_inf(a) || is_inf(b)) { return inf(); }
    let x = max(abs(a), abs(b));
    let y = min(abs(a), abs(b));
    if (is_nan(a) || is_nan(b)) { return nan(); }
    if (x == 0.0) { return 0.0; }
    // by a power of two, so that nothing is rounded and no square leaves the range
    let k = clamp(i32((bitcast<u32>(x) >> 23u)) - 127, -120, 120);
    let u = x * pow2(-k);
    let v = y * pow2(-k);
    return sqrt(fma(u, u, v * v)) * pow2(k);
}

fn sinc_f(x: f32) -> f32 { let p = 3.14159265 * x; return select(sin_f(p) / p, 1.0, x == 0.0); }

fn two_sum(a: f32, b: f32) -> vec2<f32> {
    // of which the first is the larger, or zero
    let s = held(a + b);
    return vec2<f32>(s, (a - s) + b);
}

fn pow_f(a: f32, b: f32) -> f32 {
    if (b == 0.0 || a == 1.0) { return 1.0; }
    if (is_nan(a) || is_nan(b)) { return nan(); }
    if (a == -1.0 && is_inf(b)) { return 1.0; }
    let whole = round(b) == b || is_inf(b);
    let half = b * 0.5;
    let odd = whole && !is_inf(b) && abs(b) < 16777216.0 && floor(half) != half;
    let x = abs(a);
    var y = 0.0;
    if (x == 0.0 || is_inf(x)) {
        y = select(0.0, inf(), (x == 0.0) == (b < 0.0));
    } else if (is_inf(b)) {
        y = select(0.0, inf(), (x > 1.0) == (b > 0.0));
    } else {
        if (is_minus(a) && !whole) { return nan(); }
        // the logarithm in two parts, of (m-1)/(m+1) as a series; what it errs by is multiplied by up to 88
        let sp = log_split(x);
        let m = sp.x + 1.0;
        let c = select(two_sum(1.0, m), two_sum(m, 1.0), m > 1.0);
        let s = sp.x / c.x;
        let sc = s * c.x;
        let s_low = (((sp.x - sc) - prod_low(s, c.x, sc)) - s * c.y) / c.x;
        let z = s * s;
        let z_low = prod_low(s, s, z) + 2.0 * s * s_low;
        let cube = s * z;
        let cube_low = prod_low(s, z, cube) + s * z_low + s_low * z;
        let t = cube * 0.666666687;
        let t_low = prod_low(cube, 0.666666687, t) + cube * -1.98682149e-8 + cube_low * 0.666666687;
        let rest = cube * z * fma(fma(fma(0.181818182, z, 0.222222222), z, 0.285714286), z, 0.4);
        let high = two_sum(2.0 * s, t);
        let sum = two_sum(sp.y * 0.693359375, high.x);
        let low = fma(sp.y, -2.12194440e-4, 2.0 * s_low + t_low + rest + high.y) + sum.y;
        let l = sum.x + low;
        let l_low = low - (l - sum.x);
        let p = b * l;
        let p_low = prod_low(b, l, p) + b * l_low;
        y = select(exp_ext(p, clamp(p_low, -1.0, 1.0)), select(0.0, inf(), p > 0.0), abs(p) > 110.0);
    }
    return select(y, -y, odd && is_minus(a));
}

fn powi_i32(a: i32, b: i32) -> i32 {
    if (b < 0) { return select(select(0, select(-1, 1, (b & 1) == 0), a == -1), 1, a == 1); }
    var r = 1; var x = a; var n = u32(b);
    for (var k = 0u; k < 32u; k++) { if (n == 0u) { break; } if ((n & 1u) != 0u) { r *= x; } x *= x; n >>= 1u; }
    return r;
}

fn powi_u32(a: u32, b: u32) -> u32 {
    var r = 1u; var x = a; var n = b;
    for (var k = 0u; k < 32u; k++) { if (n == 0u) { break; } if ((n & 1u) != 0u) { r *= x; } x *= x; n >>= 1u; }
    return r;
}

fn powi_i64(a: i64, b: i64) -> i64 {
    if (b < 0li) { return select(select(0li, select(-1li, 1li, (b & 1li) == 0li), a == -1li), 1li, a == 1li); }
    var r = 1li; var x = a; var n = u64(b);
    for (var k = 0u; k < 64u; k++) { if (n == 0lu) { break; } if ((n & 1lu) != 0lu) { r *= x; } x *= x; n >>= 1u; }
    return r;
}

fn erfc_parts(z: f32) -> f32 {
    // for 0 <= z <= 10.2
    let t = 1.0 / fma(z, 0.35, 1.0);
    let square = z * z;
    let lost = prod_low(z, z, square);
    return t * fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(-0.0204519555, t, 0.161267415), t, -0.483422697), t, 0.67683208), t, -0.511027753), t, 0.401454449), t, 0.00810531713), t, 0.191423506), t, 0.180440426), t, 0.197932214), t, 0.197447002) * exp_ext(-square, -lost);
}

fn erf_f(x: f32) -> f32 {
    let a = abs(x);
    if (is_nan(x)) { return x; }
    if (a <= 1.0) { let z = x * x; return fma(x, fma(fma(fma(fma(fma(fma(7.85384982e-05, z, -0.000801020244), z, 0.00518833054), z, -0.0268538147), z, 0.112835854), z, -0.37612626), z, 0.128379166), x); }
    let c = min(a, 4.0);
    let t = 1.0 / fma(c, 0.35, 1.0);
    return copysign_f(1.0 - t * fma(fma(fma(fma(fma(fma(-0.153551757, t, 0.613961458), t, -0.449386179), t, 0.508442581), t, 0.0648170933), t, 0.220186681), t, 0.195659414) * exp_f(-c * c), x);
}

fn erfc_f(x: f32) -> f32 {
    if (is_nan(x)) { return x; }
    let a = abs(x);
    if (a < 0.5) { let z = x * x; return 1.0 - fma(x, fma(fma(fma(fma(fma(fma(7.85384982e-05, z, -0.000801020244), z, 0.00518833054), z, -0.0268538147), z, 0.112835854), z, -0.37612626), z, 0.128379166), x); }
    let y = erfc_parts(min(a, 10.2));
    return select(y, 2.0 - y, x < 0.0);
}

fn erfcx_f(x: f32) -> f32 {
    if (is_nan(x)) { return x; }
    let a = abs(x);
    if (x < -9.5) { return inf(); }
    var y = 0.0;
    if (a > 10.0) { let r = 1.0 / (a * a); y = 0.564189584 / a * (1.0 - r * (0.5 - r * (0.75 - r * 1.875))); }
    else { let t = 1.0 / fma(a, 0.35, 1.0); y = t * fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(-0.0204519555, t, 0.161267415), t, -0.483422697), t, 0.67683208), t, -0.511027753), t, 0.401454449), t, 0.00810531713), t, 0.191423506), t, 0.180440426), t, 0.197932214), t, 0.197447002); }
    let square = x * x;
    return select(y, 2.0 * exp_ext(square, prod_low(x, x, square)) - y, x < 0.0);
}

fn erfinv_tail(x: f32, w: f32) -> f32 {
    if (w <= 6.25) { let u = fma(w, 0.32, -1.0); return fma(x, fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(-8.56663064e-07, u, 6.52376571e-07), u, 6.70132113e-06), u, -1.30246544e-05), u, -1.46308594e-05), u, 9.47057924e-05), u, -0.000117082869), u, -0.000264980714), u, 0.00123253604), u, -0.00127154891), u, -0.00413732091), u, 0.0178083442), u, -0.0226044469), u, -0.0589225665), u, 0.750494301), u, 0.653654575), x); }
    let v = (sqrt(w) - 3.25) * 1.33333333;
    return x * fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(2.47990528e-07, v, -2.2595309e-06), v, 5.43729084e-06), v, 1.90779883e-06), v, -4.75515844e-05), v, 0.000169932988), v, -0.000400598394), v, 0.000788243895), v, -0.0015825443), v, 0.00302114501), v, 0.753944218), v, 3.08388567);
}

fn erfinv_f(x: f32) -> f32 {
    if (!(abs(x) <= 1.0)) { return nan(); }
    if (abs(x) == 1.0) { return copysign_f(inf(), x); }
    return erfinv_tail(x, -(log1p_f(-x) + log1p_f(x)));
}

fn ndtri_f(p: f32) -> f32 {
    if (!(p >= 0.0 && p <= 1.0)) { return nan(); }
    if (p == 0.0) { return -inf(); }
    if (p == 1.0) { return inf(); }
    let q = min(p, 1.0 - p);
    let w = -(log_f(4.0 * p) + log1p_f(-p));
    if (w <= 16.0) { return 1.41421356 * erfinv_tail(2.0 * (p - 0.5), w); }
    // two steps of Newton's method in the logarithm, from the expansion of the tail (Abramowitz and Stegun, 26.2.23)
    let t = sqrt(-2.0 * log_f(q));
    var z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    for (var k = 0u; k < 2u; k++) {
        let f = log_ndtr_f(-z) - log_f(q);
        let s = -0.797884561 / erfcx_f(z * 0.707106781);
        z -= f / s;
    }
    return select(z, -z, p < 0.5);
}

fn log_ndtr_f(x: f32) -> f32 {
    let t = x * 0.707106781;
    if (x < -1.0) { return log_f(0.5 * erfcx_f(-t)) - t * t; }
    return log1p_f(-0.5 * erfc_f(t));
}

fn ndtr_f(x: f32) -> f32 { return 0.5 * erfc_f(-x * 0.707106781); }

fn lgamma_positive(x: f32) -> f32 {
    if (x >= 10.0) {
        let r = 1.0 / x;
        return fma(x - 0.5, log_f(x) - 1.0, r * fma(fma(fma(-0.000595238118, (r * r), 0.000793650805), (r * r), -0.00277777785), (r * r), 0.0833333358) + 0.418938533);
    }
    var t = x;
    var product = 1.0;
    if (x < 0.5) { t = x + 1.0; product = x; }
    for (var k = 0u; k < 8u; k++) { if (t >= 2.5) { t -= 1.0; product *= t; } }
    let ln = log_f(product);
    let a = t - 1.0;
    let b = t - 2.0;
    let u = 2.0 * a;
    let v = 2.0 * b;
    let near = select(b * fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(5.33981304e-10, v, -2.30431119e-09), v, 1.00133137e-08), v, -4.38733885e-08), v, 1.94252948e-07), v, -8.71698262e-07), v, 3.98179327e-06), v, -1.86367797e-05), v, 9.03284454e-05), v, -0.000461596937), v, 0.00257260096), v, -0.0168380756), v, 0.161233515), v, 0.422784328), a * fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(fma(1.13084383e-07, u, -1.95227841e-07), u, 4.12435725e-07), u, -9.00104396e-07), u, 1.9125705e-06), u, -4.06832942e-06), u, 8.71818338e-06), u, -1.87825299e-05), u, 4.07004845e-05), u, -8.88222567e-05), u, 0.000195506698), u, -0.00043489947), u, 0.000980544253), u, -0.00225077965), u, 0.005298662), u, -0.0129615972), u, 0.0338225998), u, -0.10017141), u, 0.411233515), u, -0.577215672), t < 1.5);
    return near + select(ln, -ln, x < 0.5);
}

fn lgamma_f(x: f32) -> f32 {
    if (is_nan(x)) { return x; }
    if (is_inf(x)) { return inf(); }
    if (x > 0.0) { return lgamma_positive(x); }
    let a = -x;
    let whole = floor(a);
    if (whole == a) { return inf(); }
    // reflection, the sine of the fraction alone
    let fr = a - whole;
    let s = abs(sin_f(3.14159265 * min(fr, 1.0 - fr)));
    return 1.14472989 - log_f(s) - log_f(a) - lgamma_positive(a);
}

fn digamma_f(x: f32) -> f32 {
    if (is_nan(x)) { return x; }
    if (x == 0.0) { return copysign_f(inf(), -x); }
    var y = x;
    var turn = 0.0;
    if (x < 0.0) {
        let whole = -floor(-x);
        let fr = x - whole;
        if (fr == 0.0) { return nan(); }
        turn = -3.14159265 / tan_f(3.14159265 * fr);
        y = 1.0 - x;
    }
    var sum = 0.0;
    for (var k = 0u; k < 10u; k++) { if (y < 10.0) { sum -= 1.0 / y; y += 1.0; } }
    let r = 1.0 / y;
    let z = r * r;
    return log_f(y) - 0.5 * r - z * fma(fma(fma(fma(0.0075757578, z, -0.00416666688), z, 0.0039682542), z, -0.00833333377), z, 0.0833333358) + sum + turn;
}

fn zeta_f(s: f32, q: f32) -> f32 {
    // Euler and Maclaurin's sum from q on: ten terms, then the integral and Bernoulli's corrections
    if (s == 1.0) { return inf(); }
    if (!(s >= 1.0)) { return nan(); }
    if (q <= 0.0) { if (q == floor(q)) { return inf(); } if (s != floor(s)) { return nan(); } }
    var sum = pow_f(q, -s);
    var a = q;
    for (var k = 0u; k < 9u; k++) { a += 1.0; sum += pow_f(a, -s); }
    for (var k = 0u; k < 200u; k++) { if (a > 9.0) { break; } a += 1.0; sum += pow_f(a, -s); }
    let b = pow_f(a, -s);
    sum += b * a / (s - 1.0) - 0.5 * b;
    var f = s * b / a;
    let z = 1.0 / (a * a);
    sum += f * 0.0833333333; f *= (s + 1.0) * (s + 2.0) * z;
    sum -= f * 0.00138888889; f *= (s + 3.0) * (s + 4.0) * z;
    sum += f * 3.30687831e-5; f *= (s + 5.0) * (s + 6.0) * z;
    sum -= f * 8.26719577e-7;
    return sum;
}

fn polygamma_f(n: f32, x: f32) -> f32 {
    if (n == 0.0) { return digamma_f(x); }
    if (n == 1.0) { return trigamma_f(x); }
    let sign = select(-1.0, 1.0, (u32(n) & 1u) == 1u);
    return sign * exp_f(lgamma_f(n + 1.0)) * zeta_f(n + 1.0, x);
}

fn trigamma_f(x: f32) -> f32 {
    var y = x;
    var turn = 0.0;
    var sign = 1.0;
    if (x < 0.5) {
        // poles as they look in float32, where the sine of a multiple of pi is a small number
        let s = 3.14159274 / sin_f(3.14159274 * x);
        turn = s * s;
        sign = -1.0;
        y = 1.0 - x;
    }
    var sum = 0.0;
    for (var k = 0u; k < 10u; k++) { if (y < 10.0) { sum += 1.0 / (y * y); y += 1.0; } }
    let r = 1.0 / y;
    let z = r * r;
    return turn + sign * (sum + r + 0.5 * z + r * z * fma(fma(fma(fma(0.075757578, z, -0.0333333351), z, 0.0238095243), z, -0.0333333351), z, 0.166666672));
}

fn gelu_f(x: f32) -> f32 {
    // as PyTorch's kernels have it: what cancels in the left tail is below their last units too
    if (is_inf(x)) { return select(x, 0.0, is_minus(x)); }
    return 0.5 * x * (1.0 + erf_f(x * 0.707106781));
}

fn silu_f(x: f32) -> f32 { return select(x * sigmoid_f(x), 0.0, is_inf(x) && is_minus(x)); }

fn gelu_slope(x: f32) -> f32 { return ndtr_f(x) + x * exp_f(-0.5 * x * x) * 0.398942280; }

fn gelu_tanh_f(x: f32) -> f32 {
    if (is_inf(x)) { return select(x, 0.0, is_minus(x)); }
    let u = 1.59576912 * x * fma(0.044715, x * x, 1.0);
    return x * sigmoid_f(u);
}

fn gelu_tanh_slope(x: f32) -> f32 {
    let u = 0.797884561 * fma(0.044715 * x * x, x, x);
    let t = tanh_f(u);
    let du = 0.797884561 * fma(0.134145, x * x, 1.0);
    return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * du;
}

fn mish_f(x: f32) -> f32 {
    if (x > 20.0) { return x; }
    let e = exp_f(x);
    let n = e * e + 2.0 * e;
    return x * (n / (n + 2.0));
}

fn mish_slope(x: f32) -> f32 {
    if (x > 20.0) { return 1.0; }
    if (x < -100.0) { return 0.0; }
    let e = exp_f(x);
    let n = e * e + 2.0 * e;
    let d = n + 2.0;
    return n / d + x * (4.0 * e * (e + 1.0) / (d * d));
}

fn fmod_f(x: f32, y: f32) -> f32 {
    if (is_nan(x) || is_nan(y) || is_inf(x) || y == 0.0) { return nan(); }
    if (is_inf(y)) { return x; }
    var a = abs(x);
    let b = abs(y);
    // bits of the quotient from above: exact, however large it is
    let gap = clamp(i32(bitcast<u32>(a) >> 23u) - i32(bitcast<u32>(b) >> 23u), 0, 256);
    for (var k = gap; k >= 0; k--) {
        let c = scaled(b, k);
        if (!is_inf(c) && a >= c) { a -= c; }
    }
    return copysign_f(a, x);
}

fn remainder_f(x: f32, y: f32) -> f32 {
    let r = fmod_f(x, y);
    return select(r, r + y, r != 0.0 && (is_minus(r) != is_minus(y)));
}

fn floor_divide_f(x: f32, y: f32) -> f32 {
    if (y == 0.0) { return x / y; }
    let r = fmod_f(x, y);
    var d = (x - r) / y;
    if (r != 0.0 && (is_minus(r) != is_minus(y))) { d -= 1.0; }
    if (d == 0.0) { return copysign_f(0.0, x / y); }
    let f = floor(d);
    return select(f, f + 1.0, d - f > 0.5);
}

fn mod_i32(a: i32, b: i32) -> i32 { if (b == 0 || b == -1) { return 0; } let r = a % b; return select(r, r + b, r != 0 && ((r < 0) != (b < 0))); }

fn mod_i64(a: i64, b: i64) -> i64 { if (b == 0li || b == -1li) { return 0li; } let r = a % b; return select(r, r + b, r != 0li && ((r < 0li) != (b < 0li))); }

fn mod_u32(a: u32, b: u32) -> u32 { if (b == 0u) { return 0u; } return a % b; }

fn rem_i32(a: i32, b: i32) -> i32 { if (b == 0 || b == -1) { return 0; } return a % b; }

fn rem_i64(a: i64, b: i64) -> i64 { if (b == 0li || b == -1li) { return 0li; } return a % b; }

fn rem_u32(a: u32, b: u32) -> u32 { if (b == 0u) { return 0u; } return a % b; }

fn quo_i32(a: i32, b: i32) -> i32 { if (b == 0) { return 0; } if (b == -1) { return 0 - a; } return a / b; }

fn quo_i64(a: i64, b: i64) -> i64 { if (b == 0li) { return 0li; } if (b == -1li) { return 0li - a; } return a / b; }

fn quo_u32(a: u32, b: u32) -> u32 { if (b == 0u) { return 0u; } return a / b; }

fn floor_divide_i32(a: i32, b: i32) -> i32 { let q = quo_i32(a, b); return select(q, q - 1, (a < 0) != (b < 0) && q * b != a); }

fn floor_divide_i64(a: i64, b: i64) -> i64 { let q = quo_i64(a, b); return select(q, q - 1li, (a < 0li) != (b < 0li) && q * b != a); }

fn floor_divide_u32(a: u32, b: u32) -> u32 { return quo_u32(a, b); }

fn gcd_i32(a: i32, b: i32) -> i32 { var x = abs(a); var y = abs(b); for (var k = 0u; k < 64u; k++) { if (y == 0) { break; } let t = x % y; x = y; y = t; } return x; }

fn gcd_u32(a: u32, b: u32) -> u32 { var x = a; var y = b; for (var k = 0u; k < 64u; k++) { if (y == 0u) { break; } let t = x % y; x = y; y = t; } return x; }

fn gcd_i64(a: i64, b: i64) -> i64 { var x = select(a, 0li - a, a < 0li); var y = select(b, 0li - b, b < 0li); for (var k = 0u; k < 128u; k++) { if (y == 0li) { break; } let t = x % y; x = y; y = t; } return x; }

fn lcm_i32(a: i32, b: i32) -> i32 { let g = gcd_i32(a, b); if (g == 0) { return 0; } return abs(a / g * b); }

fn lcm_u32(a: u32, b: u32) -> u32 { let g = gcd_u32(a, b); if (g == 0u) { return 0u; } return a / g * b; }

fn lcm_i64(a: i64, b: i64) -> i64 { let g = gcd_i64(a, b); if (g == 0li) { return 0li; } let m = a / g * b; return select(m, 0li - m, m < 0li); }

fn sign_i32(x: i32) -> i32 { return select(0, 1, x > 0) - select(0, 1, x < 0); }

fn sign_u32(x: u32) -> u32 { return select(0u, 1u, x > 0u); }

fn sign_i64(x: i64) -> i64 { return select(0li, 1li, x > 0li) - select(0li, 1li, x < 0li); }

fn sign_f32(x: f32) -> f32 { return select(0.0, 1.0, x > 0.0) - select(0.0, 1.0, x < 0.0); }

fn sign_f64(x: f64) -> f64 { return select(0.0lf, 1.0lf, x > 0.0lf) - select(0.0lf, 1.0lf, x < 0.0lf); }

fn abs_f32(x: f32) -> f32 { return abs(x); }

fn abs_i32(x: i32) -> i32 { return abs(x); }

fn abs_u32(x: u32) -> u32 { return x; }

fn abs_i64(x: i64) -> i64 { return select(x, 0li - x, x < 0li); }

fn abs_f64(x: f64) -> f64 { return select(x, -x, x < 0.0lf); }

fn shift_left_i32(a: i32, b: i32) -> i32 { return select(a << u32(b & 31), 0, b < 0 || b > 31); }

fn shift_left_u32(a: u32, b: u32) -> u32 { return select(a << (b & 31u), 0u, b > 31u); }

fn shift_left_i64(a: i64, b: i64) -> i64 { return select(a << u32(b & 63li), 0li, b < 0li || b > 63li); }

fn shift_right_i32(a: i32, b: i32) -> i32 { return select(a >> u32(b & 31), select(0, -1, a < 0), b < 0 || b > 31); }

fn shift_right_u32(a: u32, b: u32) -> u32 { return select(a >> (b & 31u), 0u, b > 31u); }

fn shift_right_i64(a: i64, b: i64) -> i64 { return select(a >> u32(b & 63li), select(0li, -1li, a < 0li), b < 0li || b > 63li); }

fn nextafter_f(a: f32, b: f32) -> f32 {
    if (is_nan(a) || is_nan(b)) { return nan(); }
    if (a == b) { return b; }
    if (a == 0.0) { return bitcast<f32>((bitcast<u32>(b) & 0x80000000u) | 1u); }
    let k = bitcast<u32>(a);
    return bitcast<f32>(select(k - 1u, k + 1u, (a < b) == (a > 0.0)));
}

fn nan_to_num_f(x: f32, n: f32, p: f32, m: f32) -> f32 {
    if (is_nan(x)) { return n; }
    if (is_inf(x)) { return select(select(p, 3.40282347e38, is_nan(p)), select(m, -3.40282347e38, is_nan(m)), is_minus(x)); }
    return x;
}

fn logit_f(x: f32, eps: f32) -> f32 {
    let y = select(clamp(x, eps, 1.0 - eps), x, eps < 0.0 || is_nan(x));
    return log_f(y / (1.0 - y));
}

fn frexp_exponent(x: f32) -> i32 {
    if (x == 0.0 || !is_finite(x)) { return 0; }
    let small = abs(x) < 1.17549435e-38;
    let b = bitcast<u32>(select(x, x * 8388608.0, small));
    return i32((b >> 23u) & 255u) - 126 - select(0, 23, small);
}

fn frexp_mantissa(x: f32) -> f32 {
    if (x == 0.0 || !is_finite(x)) { return x; }
    let small = abs(x) < 1.17549435e-38;
    let b = bitcast<u32>(select(x, x * 8388608.0, small));
    return bitcast<f32>((b & 0x807fffffu) | 0x3f000000u);
}

fn logaddexp_f(a: f32, b: f32) -> f32 {
    if (is_inf(a) && a == b) { return a; }
    return max_nan(max_nan(a, b), a) + log1p_f(exp_f(-abs(a - b)));
}

fn logaddexp2_f(a: f32, b: f32) -> f32 {
    if (is_inf(a) && a == b) { return a; }
    return max_nan(max_nan(a, b), a) + log1p_f(exp2_f(-abs(a - b))) * 1.44269504;
}

fn xlogy_f(a: f32, b: f32) -> f32 { return select(select(a * log_f(b), 0.0, a == 0.0), nan(), is_nan(b)); }

fn entr_f(x: f32) -> f32 { if (is_nan(x)) { return x; } if (x < 0.0) { return -inf(); } return select(-x * log_f(x), 0.0, x == 0.0); }

fn i0e_f(x: f32) -> f32 {
    // up to 8 the power series, beyond it the asymptotic one (Abramowitz and Stegun, 9.6.10 and 9.7.1)
    let a = abs(x);
    if (a <= 9.0) {
        let q = 0.25 * a * a;
        var t = 1.0;
        var s = 1.0;
        for (var k = 1u; k < 32u; k++) { t *= q / f32(k * k); s += t; }
        return s * exp_f(-a);
    }
    let r = 0.125 / a;
    var t = 1.0;
    var s = 1.0;
    for (var k = 1u; k < 9u; k++) { let m = f32(2u * k - 1u); t *= m * m * r / f32(k); s += t; }
    return s * 0.398942280 / sqrt(a);
}

fn i1e_f(x: f32) -> f32 {
    let a = abs(x);
    if (a <= 9.0) {
        let q = 0.25 * a * a;
        var t = 0.5 * a;
        var s = t;
        for (var k = 1u; k < 32u; k++) { t *= q / f32(k * (k + 1u)); s += t; }
        return copysign_f(s * exp_f(-a), x);
    }
    let r = 0.125 / a;
    var t = 1.0;
    var s = 1.0;
    for (var k = 1u; k < 9u; k++) { let m = f32(2u * k - 1u); t *= (m * m - 4.0) * r / f32(k); s += t; }
    return copysign_f(s * 0.398942280 / sqrt(a), x);
}

fn i0_f(x: f32) -> f32 { if (is_inf(x)) { return inf(); } let h = exp_f(0.5 * abs(x)); return i0e_f(x) * h * h; }

fn i1_f(x: f32) -> f32 { if (is_inf(x)) { return x; } let h = exp_f(0.5 * abs(x)); return i1e_f(x) * h * h; }

fn cheb(first: f32, twice: f32, n: f32) -> f32 {
    // 1, first, and from there on 2 x p - the one before
    if (n <= -1.0) { return 0.0; }
    var before = 1.0;
    var now = first;
    let last = u32(clamp(n, 0.0, 1e6));
    if (last == 0u) { return 1.0; }
    for (var k = 1u; k < last; k++) { let next = twice * now - before; before = now; now = next; }
    return now;
}

fn cheb_t(x: f32, n: f32) -> f32 { if (n > 6.0 && abs(x) < 1.0) { return cos_f(trunc(n) * acos_f(x)); } return cheb(x, 2.0 * x, n); }

fn cheb_u(x: f32, n: f32) -> f32 {
    if (n > 8.0 && abs(x) < 1.0) { let a = acos_f(x); let s = sin_f(a); if (s != 0.0) { return sin_f((trunc(n) + 1.0) * a) / s; } return (trunc(n) + 1.0) * cos_f((trunc(n) + 1.0) * a) / x; }
    return cheb(2.0 * x, 2.0 * x, n);
}

fn cheb_v(x: f32, n: f32) -> f32 {
    if (n > 8.0 && abs(x) < 1.0) { let a = acos_f(x); let s = sin_f(0.5 * a); if (s != 1.0) { return cos_f((trunc(n) + 0.5) * a) / cos_f(0.5 * a); } }
    return cheb(2.0 * x - 1.0, 2.0 * x, n);
}

fn cheb_w(x: f32, n: f32) -> f32 {
    if (n > 8.0 && abs(x) < 1.0) { let a = acos_f(x); let c = cos_f(0.5 * a); if (c != 1.0) { return sin_f((trunc(n) + 0.5) * a) / sin_f(0.5 * a); } }
    return cheb(2.0 * x + 1.0, 2.0 * x, n);
}

fn hermite_h(x: f32, n: f32) -> f32 {
    if (n <= -1.0) { return 0.0; }
    let last = u32(clamp(n, 0.0, 1e6));
    if (last == 0u) { return 1.0; }
    var before = 1.0; var now = 2.0 * x;
    for (var k = 1u; k < last; k++) { let next = 2.0 * x * now - 2.0 * f32(k) * before; before = now; now = next; }
    return now;
}

fn hermite_he(x: f32, n: f32) -> f32 {
    if (n <= -1.0) { return 0.0; }
    let last = u32(clamp(n, 0.0, 1e6));
    if (last == 0u) { return 1.0; }
    var before = 1.0; var now = x;
    for (var k = 1u; k < last; k++) { let next = x * now - f32(k) * before; before = now; now = next; }
    return now;
}

fn laguerre(x: f32, n: f32) -> f32 {
    if (n <= -1.0) { return 0.0; }
    let last = u32(clamp(n, 0.0, 1e6));
    if (last == 0u) { return 1.0; }
    var before = 1.0; var now = 1.0 - x;
    for (var k = 1u; k < last; k++) { let j = f32(k); let next = ((2.0 * j + 1.0 - x) * now - j * before) / (j + 1.0); before = now; now = next; }
    return now;
}

fn legendre(x: f32, n: f32) -> f32 {
    if (n <= -1.0) { return 0.0; }
    let last = u32(clamp(n, 0.0, 1e6));
    if (last == 0u) { return 1.0; }
    var before = 1.0; var now = x;
    for (var k = 1u; k < last; k++) { let j = f32(k); let next = ((2.0 * j + 1.0) * x * now - j * before) / (j + 1.0); before = now; now = next; }
    return now;
}

fn xlog1py_f(a: f32, b: f32) -> f32 { return select(select(a * log1p_f(b), 0.0, a == 0.0), nan(), is_nan(b)); }

fn igamma_part(a: f32, x: f32, upper: bool) -> f32 {
    // the series below the mean, the continued fraction above it (Abramowitz and Stegun, 6.5.29 and 6.5.31)
    if (!(a >= 0.0) || !(x >= 0.0)) { return nan(); }
    if (a == 0.0) { if (x > 0.0) { return select(1.0, 0.0, upper); } return nan(); }
    if (x == 0.0) { return select(0.0, 1.0, upper); }
    if (is_inf(a)) { if (is_inf(x)) { return nan(); } return select(0.0, 1.0, upper); }
    if (is_inf(x)) { return select(1.0, 0.0, upper); }
    let scale = exp_f(a * log_f(x) - x - lgamma_f(a));
    if (x < a + 1.0) {
        var t = 1.0 / a;
        var s = t;
        for (var k = 1u; k < 400u; k++) { t *= x / (a + f32(k)); s += t; if (t < s * 1e-8) { break; } }
        let p = s * scale;
        return select(p, 1.0 - p, upper);
    }
    var b = x + 1.0 - a;
    var c = 1e30;
    var d = 1.0 / b;
    var h = d;
    for (var k = 1u; k < 400u; k++) {
        let j = f32(k);
        let an = -j * (j - a);
        b += 2.0;
        d = an * d + b; if (abs(d) < 1e-30) { d = 1e-30; }
        c = b + an / c; if (abs(c) < 1e-30) { c = 1e-30; }
        d = 1.0 / d;
        let step = d * c;
        h *= step;
        if (abs(step - 1.0) < 1e-7) { break; }
    }
    let q = h * scale;
    return select(1.0 - q, q, upper);
}

fn exp_q(x: f32) -> f32 {
    // for x <= 0: the reduction is ours, the rest the card's, which is exact enough within half a power of two
    let c = max(x, -104.0);
    let n = round(c * 1.44269504);
    let r = (c - n * 0.693359375) + n * 2.12194440e-4;
    return select(scaled(exp2(r * 1.44269504), i32(n)), x, is_nan(x));
}
