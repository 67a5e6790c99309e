// 3x3 convolution over one tile, zero padded where the tile ends: activation(conv(source) + bias) + residual.
//
// Feature maps hold four channels to a vec4: [block of 4 channels][y][x]. CPU twin: src/cpu/conv3x3.rs (and
// src/cpu/pixel_shuffle.rs for what `tail` adds). Three entry points:
//   head  the picture's pixels -> features
//   body  features -> features
//   tail  features -> pixels: each block of 4 channels is one pixel of the enlarged picture (red, green, blue, unused),
//         blocks in the order dy * SCALE + dx; adds the picture, clamps and stores.
//
// A workgroup of 8 x 8 threads makes 16 x 16 pixels of two blocks, a thread 2 x 2 pixels of both: eight vec4 sums.
// Block by block of the source, the workgroup puts 18 x 18 values into `window`, and each thread reads its 4 x 4.

// How feature maps and weights are stored; src/gpu/kernels.rs makes a second variant with f16. Sums are always f32.
alias Stored = f32;

// Must be kept in sync with `Extent` in src/gpu/run.rs.
struct Extent {
    // Width and height of the tile's outer part.
    size: vec2u,
    // The part that goes out, inside the outer part: `tail` makes only that.
    keep_origin: vec2u,
    keep_size: vec2u,
}

// Blocks of 4 channels in the source, blocks that go out.
override SOURCE_BLOCKS: u32 = 1u;
override OUTPUT_BLOCKS: u32 = 2u;
override SCALE: u32 = 2u;
override ADDS_RESIDUAL: bool = false;

@group(0) @binding(0) var<uniform> extent: Extent;
// For each pair of output blocks, source block and tap: 8 vec4, one for each source channel of the first output block,
// then of the second. Must be kept in sync with `pack_weights` in src/gpu/kernels.rs.
@group(0) @binding(1) var<storage, read> weights: array<vec4<Stored>>;
// For each output block, rounded up to a pair: bias, then slope below zero.
@group(0) @binding(2) var<storage, read> epilogue: array<vec4f>;
@group(0) @binding(3) var<storage, read> source: array<vec4<Stored>>;
@group(0) @binding(4) var<storage, read> residual: array<vec4<Stored>>;
@group(0) @binding(5) var<storage, read_write> features: array<vec4<Stored>>;
// RGBA, 8 bits a channel, red in the lowest byte.
@group(0) @binding(6) var<storage, read> picture: array<u32>;
@group(0) @binding(7) var<storage, read_write> enlarged: array<u32>;

const GROUP: u32 = 8u;
const PIXELS: u32 = 16u;
const WINDOW: u32 = 18u;
const WEIGHTS_PER_TAP: u32 = 8u;
const WEIGHTS_PER_BLOCK: u32 = 72u;

var<workgroup> window: array<vec4<Stored>, 324>;

// Sums of 2 x 2 pixels (named by x, then y) for the first and the second output block.
struct Sums {
    first00: vec4f, first10: vec4f, first01: vec4f, first11: vec4f,
    second00: vec4f, second10: vec4f, second01: vec4f, second11: vec4f,
}

// Four values side by side.
struct Row { x0: vec4f, x1: vec4f, x2: vec4f, x3: vec4f }

fn window_row(at: u32) -> Row {
    return Row(vec4f(window[at]), vec4f(window[at + 1u]), vec4f(window[at + 2u]), vec4f(window[at + 3u]));
}

fn matrix(at: u32) -> mat4x4f {
    return mat4x4f(vec4f(weights[at]), vec4f(weights[at + 1u]), vec4f(weights[at + 2u]), vec4f(weights[at + 3u]));
}

// Adds one tap: `x00` to `x11` are the values that it sees from each of the 2 x 2 pixels.
fn add_tap(sums: ptr<function, Sums>, at: u32, x00: vec4f, x10: vec4f, x01: vec4f, x11: vec4f) {
    let first = matrix(at);
    (*sums).first00 += first * x00;
    (*sums).first10 += first * x10;
    (*sums).first01 += first * x01;
    (*sums).first11 += first * x11;
    let second = matrix(at + 4u);
    (*sums).second00 += second * x00;
    (*sums).second10 += second * x10;
    (*sums).second01 += second * x01;
    (*sums).second11 += second * x11;
}

// Adds the three taps of one kernel row; `upper` and `lower` are what the upper and lower pixels see.
fn add_taps(sums: ptr<function, Sums>, at: u32, upper: Row, lower: Row) {
    add_tap(sums, at, upper.x0, upper.x1, lower.x0, lower.x1);
    add_tap(sums, at + WEIGHTS_PER_TAP, upper.x1, upper.x2, lower.x1, lower.x2);
    add_tap(sums, at + 2u * WEIGHTS_PER_TAP, upper.x2, upper.x3, lower.x2, lower.x3);
}

// Adds one source block, which lies in `window`.
fn add_block(sums: ptr<function, Sums>, pair: u32, block: u32, local: vec2u) {
    let corner = local.y * 2u * WINDOW + local.x * 2u;
    let at = (pair * SOURCE_BLOCKS + block) * WEIGHTS_PER_BLOCK;
    let row0 = window_row(corner);
    let row1 = window_row(corner + WINDOW);
    let row2 = window_row(corner + 2u * WINDOW);
    let row3 = window_row(corner + 3u * WINDOW);
    add_taps(sums, at, row0, row1);
    add_taps(sums, at + 3u * WEIGHTS_PER_TAP, row1, row2);
    add_taps(sums, at + 6u * WEIGHTS_PER_TAP, row2, row3);
}

fn activate(value: vec4f, block: u32) -> vec4f {
    let sum = value + epilogue[2u * block];
    return select(sum, sum * epilogue[2u * block + 1u], sum < vec4f(0.0));
}

// The pixel of `window` number `index` for a workgroup whose first pixel is `origin`; may lie outside of the tile.
fn window_pixel(origin: vec2u, index: u32) -> vec2i {
    return vec2i(origin) + vec2i(i32(index % WINDOW) - 1, i32(index / WINDOW) - 1);
}

fn is_inside(pixel: vec2i) -> bool {
    return all(pixel >= vec2i(0)) && all(pixel < vec2i(extent.size));
}

fn pixel_index(pixel: vec2u) -> u32 {
    return pixel.y * extent.size.x + pixel.x;
}

fn load_features(block: u32, origin: vec2u, thread: u32) {
    for (var index = thread; index < WINDOW * WINDOW; index += GROUP * GROUP) {
        let pixel = window_pixel(origin, index);
        var value = vec4<Stored>();
        if (is_inside(pixel)) {
            value = source[block * extent.size.x * extent.size.y + pixel_index(vec2u(pixel))];
        }
        window[index] = value;
    }
}

fn load_picture(origin: vec2u, thread: u32) {
    for (var index = thread; index < WINDOW * WINDOW; index += GROUP * GROUP) {
        let pixel = window_pixel(origin, index);
        var value = vec4f();
        if (is_inside(pixel)) {
            value = unpack4x8unorm(picture[pixel_index(vec2u(pixel))]);
        }
        window[index] = vec4<Stored>(value);
    }
}

fn sum_features(pair: u32, origin: vec2u, local: vec2u, thread: u32) -> Sums {
    var sums = Sums();
    for (var block = 0u; block < SOURCE_BLOCKS; block++) {
        workgroupBarrier();
        load_features(block, origin, thread);
        workgroupBarrier();
        add_block(&sums, pair, block, local);
    }
    return sums;
}

fn store_feature(pixel: vec2u, block: u32, value: vec4f) {
    if (all(pixel < extent.size) && block < OUTPUT_BLOCKS) {
        let at = block * extent.size.x * extent.size.y + pixel_index(pixel);
        var result = activate(value, block);
        if (ADDS_RESIDUAL) {
            result += vec4f(residual[at]);
        }
        features[at] = vec4<Stored>(result);
    }
}

// `pixel` is the first of the 2 x 2.
fn store_features(pixel: vec2u, pair: u32, sums: Sums) {
    let block = 2u * pair;
    store_feature(pixel, block, sums.first00);
    store_feature(pixel + vec2u(1u, 0u), block, sums.first10);
    store_feature(pixel + vec2u(0u, 1u), block, sums.first01);
    store_feature(pixel + vec2u(1u, 1u), block, sums.first11);
    store_feature(pixel, block + 1u, sums.second00);
    store_feature(pixel + vec2u(1u, 0u), block + 1u, sums.second10);
    store_feature(pixel + vec2u(0u, 1u), block + 1u, sums.second01);
    store_feature(pixel + vec2u(1u, 1u), block + 1u, sums.second11);
}

// `pixel` counts from the corner of the part that goes out.
fn store_enlarged(pixel: vec2u, block: u32, value: vec4f) {
    if (all(pixel < extent.keep_size) && block < OUTPUT_BLOCKS) {
        let nearest = unpack4x8unorm(picture[pixel_index(extent.keep_origin + pixel)]);
        let color = activate(value, block).rgb + nearest.rgb;
        let at = pixel * SCALE + vec2u(block % SCALE, block / SCALE);
        enlarged[at.y * extent.keep_size.x * SCALE + at.x] = pack4x8unorm(vec4f(saturate(color), 1.0));
    }
}

@compute @workgroup_size(8, 8)
fn head(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) local: vec3u,
    @builtin(local_invocation_index) thread: u32,
) {
    let origin = group.xy * PIXELS;
    load_picture(origin, thread);
    workgroupBarrier();
    var sums = Sums();
    add_block(&sums, group.z, 0u, local.xy);
    store_features(origin + local.xy * 2u, group.z, sums);
}

@compute @workgroup_size(8, 8)
fn body(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) local: vec3u,
    @builtin(local_invocation_index) thread: u32,
) {
    let origin = group.xy * PIXELS;
    let sums = sum_features(group.z, origin, local.xy, thread);
    store_features(origin + local.xy * 2u, group.z, sums);
}

@compute @workgroup_size(8, 8)
fn tail(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) local: vec3u,
    @builtin(local_invocation_index) thread: u32,
) {
    let first = group.xy * PIXELS;
    let sums = sum_features(group.z, extent.keep_origin + first, local.xy, thread);
    let pixel = first + local.xy * 2u;
    let block = group.z * 2u;
    store_enlarged(pixel, block, sums.first00);
    store_enlarged(pixel + vec2u(1u, 0u), block, sums.first10);
    store_enlarged(pixel + vec2u(0u, 1u), block, sums.first01);
    store_enlarged(pixel + vec2u(1u, 1u), block, sums.first11);
    store_enlarged(pixel, block + 1u, sums.second00);
    store_enlarged(pixel + vec2u(1u, 0u), block + 1u, sums.second10);
    store_enlarged(pixel + vec2u(0u, 1u), block + 1u, sums.second01);
    store_enlarged(pixel + vec2u(1u, 1u), block + 1u, sums.second11);
}
