// Convolution over one tile, zero padded where the tile ends: combine(activation(conv(source) + bias)).
//
// Feature maps hold four channels to a vec4: [block of 4 channels][y][x]. CPU twin: src/cpu/conv.rs (and
// src/cpu/pixel_shuffle.rs for what `tail` adds). Three entry points:
//   body    3x3, features -> features
//   tail    3x3, features -> pixels: each block of 4 channels is one pixel of the enlarged picture (red, green, blue,
//           unused), blocks in the order dy * SCALE + dx; adds the picture where asked to, clamps and stores.
//   direct  any kernel and stride, features -> features, without staging
//
// In `body` and `tail` a workgroup of 8 x 8 threads makes 16 x 16 pixels of two blocks, a thread 2 x 2 pixels of both:
// eight vec4 sums. Block by block of the source, the workgroup puts 18 x 18 values into `window`, and each thread reads
// its 4 x 4. In `direct` a thread makes four pixels side by side of one block.

// How feature maps and weights are stored; src/gpu/kernels.rs makes a second variant with f16. Sums are always f32.
alias Stored = f32;

// Must be kept in sync with `Extent` in src/gpu/run.rs and in the other shaders.
struct Extent {
    // Width and height of the tile's maps.
    source_size: vec2u,
    output_size: vec2u,
    // Where they lie in the maps of the whole picture, and how large those are.
    source_origin: vec2u,
    output_origin: vec2u,
    source_whole: vec2u,
    output_whole: vec2u,
    // The part of the source that goes out as pixels.
    keep_origin: vec2u,
    keep_size: vec2u,
}

// Blocks of 4 channels in the source and blocks that go out, and where they begin in their maps.
override SOURCE_BLOCKS: u32 = 1u;
override OUTPUT_BLOCKS: u32 = 2u;
override SOURCE_FIRST: u32 = 0u;
override OUTPUT_FIRST: u32 = 0u;
// The source is enlarged by nearest neighbour this many times before it is convolved.
override UPSAMPLE: u32 = 1u;
// 0: slopes, 1: SiLU, 2: sigmoid, 3: Mish.
override ACTIVATION: u32 = 0u;
// 0: nothing, 1: add `other`, 2: add `other` and `second`, 3: multiply by `other`, 4: attention with `other`.
override COMBINE: u32 = 0u;
override OTHER_FIRST: u32 = 0u;
override OTHER_SHARE: f32 = 1.0;
override SECOND_FIRST: u32 = 0u;
override SECOND_SHARE: f32 = 1.0;
// Whether what is read lies in the map that is written: one buffer cannot be bound both ways.
override SOURCE_IN_OUTPUT: bool = false;
override OTHER_IN_OUTPUT: bool = false;
override SECOND_IN_OUTPUT: bool = false;
// For `tail`.
override SCALE: u32 = 2u;
override ADDS_PICTURE: bool = false;
// For `direct`.
override KERNEL: u32 = 1u;
override STRIDE: u32 = 1u;
override PADDING: u32 = 0u;

@group(0) @binding(0) var<uniform> extent: Extent;
// For each pair of output blocks, source block and tap: 8 vec4, one for each source channel of the first output block,
// then of the second. Must be kept in sync with `pack_weights` in src/gpu/kernels.rs.
@group(0) @binding(1) var<storage, read> weights: array<vec4<Stored>>;
// For each output block, rounded up to a pair: bias, then slope below zero.
@group(0) @binding(2) var<storage, read> epilogue: array<vec4f>;
@group(0) @binding(3) var<storage, read> source: array<vec4<Stored>>;
@group(0) @binding(4) var<storage, read> other: array<vec4<Stored>>;
@group(0) @binding(5) var<storage, read_write> features: array<vec4<Stored>>;
// RGBA, 8 bits a channel, red in the lowest byte.
@group(0) @binding(6) var<storage, read> picture: array<u32>;
@group(0) @binding(7) var<storage, read_write> enlarged: array<u32>;
@group(0) @binding(8) var<storage, read> second: array<vec4<Stored>>;

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

fn read_source(at: u32) -> vec4<Stored> {
    if (SOURCE_IN_OUTPUT) {
        return features[at];
    }
    return source[at];
}

fn read_other(at: u32) -> vec4f {
    if (OTHER_IN_OUTPUT) {
        return vec4f(features[at]);
    }
    return vec4f(other[at]);
}

fn read_second(at: u32) -> vec4f {
    if (SECOND_IN_OUTPUT) {
        return vec4f(features[at]);
    }
    return vec4f(second[at]);
}

fn plane(size: vec2u) -> u32 {
    return size.x * size.y;
}

// The clamp keeps the exponential finite; beyond it the result does not change.
fn sigmoid(value: vec4f) -> vec4f {
    return 1.0 / (1.0 + exp(-clamp(value, vec4f(-80.0), vec4f(80.0))));
}

fn mish(value: vec4f) -> vec4f {
    let exponential = exp(min(value, vec4f(20.0)));
    let n = exponential * (exponential + 2.0);
    return value * n / (n + 2.0);
}

fn activate(sum: vec4f, block: u32) -> vec4f {
    switch (ACTIVATION) {
        case 1u: { return sum * sigmoid(sum); }
        case 2u: { return sigmoid(sum); }
        case 3u: { return mish(sum); }
        default: { return select(sum, sum * epilogue[2u * block + 1u], sum < vec4f(0.0)); }
    }
}

fn combine(value: vec4f, block: u32, pixel: u32) -> vec4f {
    let sum = value + epilogue[2u * block];
    let activated = activate(sum, block);
    let at = block * plane(extent.output_size) + pixel;
    let other_at = OTHER_FIRST * plane(extent.output_size) + at;
    switch (COMBINE) {
        case 1u: { return activated + OTHER_SHARE * read_other(other_at); }
        case 2u: {
            let second_at = SECOND_FIRST * plane(extent.output_size) + at;
            return activated + OTHER_SHARE * read_other(other_at) + SECOND_SHARE * read_second(second_at);
        }
        case 3u: { return activated * read_other(other_at); }
        case 4u: { return (sum + read_other(other_at)) * (sigmoid(sum) - 0.5); }
        default: { return activated; }
    }
}

// The value that the convolution sees at a pixel of the enlarged source, which may lie outside of the tile.
fn seen(block: u32, pixel: vec2i) -> vec4<Stored> {
    if (any(pixel < vec2i(0)) || any(pixel >= vec2i(extent.source_size * UPSAMPLE))) {
        return vec4<Stored>();
    }
    let place = vec2u(pixel) / UPSAMPLE;
    return read_source((SOURCE_FIRST + block) * plane(extent.source_size) + place.y * extent.source_size.x + place.x);
}

// The pixel of `window` number `index` for a workgroup whose first pixel is `origin`.
fn window_pixel(origin: vec2u, index: u32) -> vec2i {
    return vec2i(origin) + vec2i(i32(index % WINDOW) - 1, i32(index / WINDOW) - 1);
}

fn load_window(block: u32, origin: vec2u, thread: u32) {
    for (var index = thread; index < WINDOW * WINDOW; index += GROUP * GROUP) {
        window[index] = seen(block, window_pixel(origin, index));
    }
}

fn sum_features(pair: u32, origin: vec2u, local: vec2u, thread: u32) -> Sums {
    var sums = Sums();
    for (var block = 0u; block < SOURCE_BLOCKS; block++) {
        workgroupBarrier();
        load_window(block, origin, thread);
        workgroupBarrier();
        add_block(&sums, pair, block, local);
    }
    return sums;
}

fn store_feature(pixel: vec2u, block: u32, value: vec4f) {
    if (all(pixel < extent.output_size) && block < OUTPUT_BLOCKS) {
        let at = pixel.y * extent.output_size.x + pixel.x;
        let result = combine(value, block, at);
        features[(OUTPUT_FIRST + block) * plane(extent.output_size) + at] = vec4<Stored>(result);
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
        var color = activate(value + epilogue[2u * block], block).rgb;
        if (ADDS_PICTURE) {
            let place = extent.keep_origin + pixel;
            color += unpack4x8unorm(picture[place.y * extent.source_size.x + place.x]).rgb;
        }
        let at = pixel * SCALE + vec2u(block % SCALE, block / SCALE);
        enlarged[at.y * extent.keep_size.x * SCALE + at.x] = pack4x8unorm(vec4f(saturate(color), 1.0));
    }
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

@compute @workgroup_size(8, 8)
fn direct(@builtin(global_invocation_id) thread: vec3u) {
    let pixel = vec2u(thread.x * 4u, thread.y);
    let block = thread.z;
    let corner = vec2i(pixel * STRIDE) - i32(PADDING);
    let step = i32(STRIDE);
    let taps = KERNEL * KERNEL;
    var sum0 = vec4f();
    var sum1 = vec4f();
    var sum2 = vec4f();
    var sum3 = vec4f();
    for (var source_block = 0u; source_block < SOURCE_BLOCKS; source_block++) {
        for (var tap = 0u; tap < taps; tap++) {
            let at = (((block / 2u) * SOURCE_BLOCKS + source_block) * taps + tap) * WEIGHTS_PER_TAP + (block % 2u) * 4u;
            let weight = matrix(at);
            let place = corner + vec2i(i32(tap % KERNEL), i32(tap / KERNEL));
            sum0 += weight * vec4f(seen(source_block, place));
            sum1 += weight * vec4f(seen(source_block, place + vec2i(step, 0)));
            sum2 += weight * vec4f(seen(source_block, place + vec2i(2 * step, 0)));
            sum3 += weight * vec4f(seen(source_block, place + vec2i(3 * step, 0)));
        }
    }
    store_feature(pixel, block, sum0);
    store_feature(pixel + vec2u(1u, 0u), block, sum1);
    store_feature(pixel + vec2u(2u, 0u), block, sum2);
    store_feature(pixel + vec2u(3u, 0u), block, sum3);
}
