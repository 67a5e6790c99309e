// Enlarges feature maps to the size of others, bilinear or bicubic. CPU twin: src/cpu/resize.rs.
//
// A thread makes one pixel of one block of 4 channels.

// How feature maps are stored; src/gpu/kernels.rs makes a second variant with f16.
alias Stored = f32;

// As in conv.wgsl, and `StepParams` in src/gpu/run.rs; src/gpu/shader_tests.rs compares them.
struct StepParams {
    source_size: vec2u,
    output_size: vec2u,
    source_origin: vec2u,
    output_origin: vec2u,
    source_whole: vec2u,
    output_whole: vec2u,
    keep_origin: vec2u,
    keep_size: vec2u,
    needed_origin: vec2u,
    needed_size: vec2u,
    // Blocks of 4 channels before those that are read and written, in their maps.
    source_first: u32,
    output_first: u32,
    other_first: u32,
    second_first: u32,
    // 1 where the picture has 16 bits a channel, 0 where it has 8.
    is_16_bit: u32,
}

// Bilinear by the ratio of the whole maps, or bicubic (Keys, a = -0.5) by the whole factor between the tile's.
override BICUBIC: bool = false;

@group(0) @binding(0) var<uniform> params: StepParams;
@group(0) @binding(3) var<storage, read> source: array<vec4<Stored>>;
@group(0) @binding(5) var<storage, read_write> features: array<vec4<Stored>>;

fn value(block: u32, pixel: vec2u) -> vec4f {
    let start = (params.source_first + block) * params.source_size.x * params.source_size.y;
    return vec4f(source[start + pixel.y * params.source_size.x + pixel.x]);
}

// A pixel of the whole map as one of the tile, which ends sooner.
fn local(pixel: vec2u) -> vec2u {
    let last = params.source_origin + params.source_size - vec2u(1u);
    return clamp(pixel, params.source_origin, last) - params.source_origin;
}

fn bilinear(block: u32, pixel: vec2u) -> vec4f {
    let ratio = vec2f(params.source_whole) / vec2f(params.output_whole);
    let position = max((vec2f(params.output_origin + pixel) + 0.5) * ratio - 0.5, vec2f(0.0));
    let before = vec2u(position);
    let share = position - vec2f(before);
    let first = local(before);
    let last = local(min(before + vec2u(1u), params.source_whole - vec2u(1u)));
    let upper = value(block, first) * (1.0 - share.x) + value(block, vec2u(last.x, first.y)) * share.x;
    let lower = value(block, vec2u(first.x, last.y)) * (1.0 - share.x) + value(block, last) * share.x;
    return upper * (1.0 - share.y) + lower * share.y;
}

fn cubic(distance: f32) -> f32 {
    let x = abs(distance);
    if (x <= 1.0) {
        return (1.5 * x - 2.5) * x * x + 1.0;
    }
    if (x < 2.0) {
        return ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0;
    }
    return 0.0;
}

// Beyond the edges the map is mirrored, its last pixel twice.
fn mirrored(index: i32, length: u32) -> u32 {
    let last = i32(length) - 1;
    let above = select(index, -1 - index, index < 0);
    return u32(clamp(select(above, 2 * last + 1 - above, above > last), 0, last));
}

fn bicubic(block: u32, pixel: vec2u) -> vec4f {
    let factor = vec2f(params.output_size / params.source_size);
    let position = (vec2f(pixel) + 0.5) / factor - 0.5;
    let before = floor(position);
    let share = position - before;
    var sum = vec4f();
    for (var y = -1; y <= 2; y++) {
        var line = vec4f();
        for (var x = -1; x <= 2; x++) {
            let place = vec2u(
                mirrored(i32(before.x) + x, params.source_size.x),
                mirrored(i32(before.y) + y, params.source_size.y),
            );
            line += cubic(share.x - f32(x)) * value(block, place);
        }
        sum += cubic(share.y - f32(y)) * line;
    }
    return sum;
}

@compute @workgroup_size(8, 8)
fn resize(@builtin(global_invocation_id) thread: vec3u) {
    if (any(thread.xy >= params.output_size)) {
        return;
    }
    var result = vec4f();
    if (BICUBIC) {
        result = bicubic(thread.z, thread.xy);
    } else {
        result = bilinear(thread.z, thread.xy);
    }
    let output = (params.output_first + thread.z) * params.output_size.x * params.output_size.y;
    features[output + thread.y * params.output_size.x + thread.x] = vec4<Stored>(result);
}
