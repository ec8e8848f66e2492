// Philox 4x32-10 (Salmon, Moraes, Dror and Shaw, 2011) and what laws make of its words.

fn philox(counter: vec4<u32>, seed: vec2<u32>) -> vec4<u32> {
    var c = counter;
    var k = seed;
    for (var round = 0u; round < 10u; round++) {
        c = vec4<u32>(
            mul_high(0xcd9e8d57u, c.z) ^ c.y ^ k.x,
            0xcd9e8d57u * c.z,
            mul_high(0xd2511f53u, c.x) ^ c.w ^ k.y,
            0xd2511f53u * c.x,
        );
        k += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
    }
    return c;
}

// Four words of one lane, so many blocks behind the offset at arguments `OFFSET`, `OFFSET + 1`; the seed is behind it.
fn words(lane: u32, ahead: u32) -> vec4<u32> {
    let low = arg(OFFSET) + ahead;
    let carry = select(0u, 1u, low < ahead);
    return philox(vec4<u32>(low, arg(OFFSET + 1u) + carry, lane, 0u), vec2<u32>(arg(OFFSET + 2u), arg(OFFSET + 3u)));
}

// In (0, 1], 24 bits of it.
fn unit(w: u32) -> f32 { return f32(w) * 2.3283064365386963e-10 + 1.1641532182693481e-10; }

// Sine and cosine of so many turns in 0..1: of the nearest quarter's rest, which is at most an eighth.
fn turn(t: f32) -> vec2<f32> {
    let q = floor(t * 4.0 + 0.5);
    let x = (t - q * 0.25) * 6.283185307179586;
    let z = x * x;
    let s = x + x * z * (-0.16666654611 + z * (8.3321608736e-3 + z * -1.9515295891e-4));
    let c = 1.0 - 0.5 * z + z * z * (4.166664568e-2 + z * (-1.388731625e-3 + z * 2.443315712e-5));
    let n = u32(q) & 3u;
    let odd = (n & 1u) != 0u;
    let sine = select(s, c, odd);
    let cosine = select(c, s, odd);
    return vec2<f32>(select(sine, -sine, n >= 2u), select(cosine, -cosine, n == 1u || n == 2u));
}

// Two normal variables of two words (Box and Muller, 1958): the sine's first.
fn normals(a: u32, b: u32) -> vec2<f32> { return turn(unit(b)) * sqrt(-2.0 * log_f(unit(a))); }
