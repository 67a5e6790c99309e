// Convolution over one tile, zero padded where the tile ends: combine(activation(conv(source) + bias)).
//
// Feature maps hold four channels to a vec4: [block of 4 channels][y][x]. The source may be the picture itself. As the
// TAIL of a network a convolution does the pixel shuffle in passing: each block of its output is one pixel of the
// enlarged picture (red, green, blue, unused), blocks in the order dy * SCALE + dx; it adds the picture where asked to,
// clamps and stores it. CPU twins: src/cpu/conv.rs and src/cpu/pixel_shuffle.rs.
//
// 3x3 convolutions come in three blockings, of which src/gpu/blocking.rs takes the fastest:
//   square          a thread makes 4 x 4 pixels of BLOCKS blocks and reads 6 x 6 values of the source itself
//   staged_square   likewise, but the workgroup first puts all that its threads read into `window`
//   staged_pair     a thread makes 2 x 2 pixels of BLOCKS blocks out of `window`
// For all others there is `any_kernel`. The columns of a matrix of weights belong to source channels, those of all other
// matrices to pixels, so a product of two convolves four pixels.

// How feature maps and weights are stored; src/gpu/source.rs makes a second variant with f16. Sums are always f32.
alias Stored = f32;

// As in the other shaders, and `StepParams` in src/gpu/run.rs; src/gpu/shader_tests.rs compares them.
struct StepParams {
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
    // The part of the output that later steps look at.
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

// Blocks of 4 channels in the source and blocks that go out.
override SOURCE_BLOCKS: u32 = 1u;
override OUTPUT_BLOCKS: u32 = 2u;
// The source is enlarged by nearest neighbour this many times before it is convolved.
override UPSAMPLE: u32 = 1u;
// 0: slopes, 1: SiLU, 2: sigmoid, 3: Mish.
override ACTIVATION: u32 = 0u;
// 0: nothing, 1: add `other`, 2: add `other` and `second`, 3: multiply by `other`, 4: attention with `other`.
override COMBINE: u32 = 0u;
override OTHER_SHARE: f32 = 1.0;
override SECOND_SHARE: f32 = 1.0;
// Whether what is read lies in the map that is written: one buffer cannot be bound both ways.
override SOURCE_IN_OUTPUT: bool = false;
override OTHER_IN_OUTPUT: bool = false;
override SECOND_IN_OUTPUT: bool = false;
// Whether the source is the picture itself.
override SOURCE_IS_PICTURE: bool = false;
// How many output blocks a thread makes: 1 or 2.
override BLOCKS: u32 = 2u;
// Whether multiplications and additions are written as fused ones.
override FUSED: bool = true;
// Whether pixels go out in place of features.
override TAIL: bool = false;
override SCALE: u32 = 2u;
override ADDS_PICTURE: bool = false;
// For `any_kernel`.
override KERNEL: u32 = 1u;
override STRIDE: u32 = 1u;
override PADDING: u32 = 0u;

@group(0) @binding(0) var<uniform> params: StepParams;
// For each pair of output blocks, source block and tap: a matrix for the first output block, then one for the second. Must be kept in sync with `pack_weights` in src/gpu/kernels.rs.
@group(0) @binding(1) var<storage, read> weights: array<mat4x4<Stored>>;
// For each output block, rounded up to a pair: bias, then slope below zero.
@group(0) @binding(2) var<storage, read> epilogue: array<vec4f>;
@group(0) @binding(3) var<storage, read> source: array<vec4<Stored>>;
@group(0) @binding(4) var<storage, read> other: array<vec4<Stored>>;
@group(0) @binding(5) var<storage, read_write> features: array<vec4<Stored>>;
// RGBA, red lowest: a word for each pixel, or two where there are 16 bits a channel.
@group(0) @binding(6) var<storage, read> picture: array<u32>;
@group(0) @binding(7) var<storage, read_write> enlarged: array<u32>;
@group(0) @binding(8) var<storage, read> second: array<vec4<Stored>>;

fn picture_color(at: u32) -> vec3f {
    if (params.is_16_bit == 0u) {
        return unpack4x8unorm(picture[at]).rgb;
    }
    return vec3f(unpack2x16unorm(picture[2u * at]), unpack2x16unorm(picture[2u * at + 1u]).x);
}

fn read_source(at: u32) -> vec4<Stored> {
    var value: vec4<Stored>;
    if (SOURCE_IS_PICTURE) {
        value = vec4<Stored>(vec4f(picture_color(at), 0.0));
    } else if (SOURCE_IN_OUTPUT) {
        value = features[at];
    } else {
        value = source[at];
    }
    return value;
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
    let at = block * plane(params.output_size) + pixel;
    let other_at = params.other_first * plane(params.output_size) + at;
    switch (COMBINE) {
        case 1u: { return activated + OTHER_SHARE * read_other(other_at); }
        case 2u: {
            let second_at = params.second_first * plane(params.output_size) + at;
            return activated + OTHER_SHARE * read_other(other_at) + SECOND_SHARE * read_second(second_at);
        }
        case 3u: { return activated * read_other(other_at); }
        case 4u: { return (sum + read_other(other_at)) * (sigmoid(sum) - 0.5); }
        default: { return activated; }
    }
}

// The value that the convolution sees at a pixel of the enlarged source, which may lie outside of the tile. Without a
// branch, because there are many of these in a row.
fn value_at(block: u32, pixel: vec2i) -> vec4<Stored> {
    let last = vec2i(params.source_size * UPSAMPLE) - 1;
    let inside = all((pixel >= vec2i(0)) & (pixel <= last));
    let place = vec2u(clamp(pixel, vec2i(0), last)) / UPSAMPLE;
    let start = (params.source_first + block) * plane(params.source_size);
    let value = read_source(start + place.y * params.source_size.x + place.x);
    return select(vec4<Stored>(), value, inside);
}

// Six values side by side, as four pixels side by side see them.
struct Row { x0: vec4f, x1: vec4f, x2: vec4f, x3: vec4f, x4: vec4f, x5: vec4f }

// The 6 x 6 values that 4 x 4 pixels see.
struct Seen { row0: Row, row1: Row, row2: Row, row3: Row, row4: Row, row5: Row }

// Sums of 4 x 4 pixels of one block.
struct Square { row0: mat4x4f, row1: mat4x4f, row2: mat4x4f, row3: mat4x4f }

const MATRICES_PER_TAP: u32 = 2u;

// Where the weights of a thread's first block begin for a source block; `layer` counts threads over the output blocks.
fn first_matrix(layer: u32, source_block: u32) -> u32 {
    let block = layer * BLOCKS;
    return (block / 2u * SOURCE_BLOCKS + source_block) * 9u * MATRICES_PER_TAP + block % 2u;
}

fn matrix(at: u32) -> mat4x4f {
    return mat4x4f(weights[at]);
}

fn add_column(sum: vec4f, weight: mat4x4f, value: vec4f) -> vec4f {
    let half = fma(weight[1], value.yyyy, fma(weight[0], value.xxxx, sum));
    return fma(weight[3], value.wwww, fma(weight[2], value.zzzz, half));
}

// Adds `weight * values`. As fused multiply-adds it is four instructions for each column; as a product of matrices it
// is five, which GPUs that are simulated on a CPU run faster all the same.
fn add_product(sum: mat4x4f, weight: mat4x4f, values: mat4x4f) -> mat4x4f {
    var result: mat4x4f;
    if (FUSED) {
        result = mat4x4f(
            add_column(sum[0], weight, values[0]),
            add_column(sum[1], weight, values[1]),
            add_column(sum[2], weight, values[2]),
            add_column(sum[3], weight, values[3]),
        );
    } else {
        result = sum + weight * values;
    }
    return result;
}

// Adds the three taps of a kernel row to four pixels side by side.
fn add_taps(sum: mat4x4f, at: u32, row: Row) -> mat4x4f {
    let left = add_product(sum, matrix(at), mat4x4f(row.x0, row.x1, row.x2, row.x3));
    let middle = add_product(left, matrix(at + MATRICES_PER_TAP), mat4x4f(row.x1, row.x2, row.x3, row.x4));
    return add_product(middle, matrix(at + 2u * MATRICES_PER_TAP), mat4x4f(row.x2, row.x3, row.x4, row.x5));
}

// Adds a source block to four pixels side by side, which see three rows of it.
fn add_rows(sum: mat4x4f, at: u32, upper: Row, middle: Row, lower: Row) -> mat4x4f {
    let first = add_taps(sum, at, upper);
    let second = add_taps(first, at + 3u * MATRICES_PER_TAP, middle);
    return add_taps(second, at + 6u * MATRICES_PER_TAP, lower);
}

// Adds a source block to 4 x 4 pixels.
fn add_square(sums: Square, at: u32, seen: Seen) -> Square {
    return Square(
        add_rows(sums.row0, at, seen.row0, seen.row1, seen.row2),
        add_rows(sums.row1, at, seen.row1, seen.row2, seen.row3),
        add_rows(sums.row2, at, seen.row2, seen.row3, seen.row4),
        add_rows(sums.row3, at, seen.row3, seen.row4, seen.row5),
    );
}

// The six values from `corner` to the right.
fn source_row(block: u32, corner: vec2i) -> Row {
    return Row(
        vec4f(value_at(block, corner)),
        vec4f(value_at(block, corner + vec2i(1, 0))),
        vec4f(value_at(block, corner + vec2i(2, 0))),
        vec4f(value_at(block, corner + vec2i(3, 0))),
        vec4f(value_at(block, corner + vec2i(4, 0))),
        vec4f(value_at(block, corner + vec2i(5, 0))),
    );
}

// What 4 x 4 pixels see whose window begins at `corner`.
fn source_square(block: u32, corner: vec2i) -> Seen {
    return Seen(
        source_row(block, corner),
        source_row(block, corner + vec2i(0, 1)),
        source_row(block, corner + vec2i(0, 2)),
        source_row(block, corner + vec2i(0, 3)),
        source_row(block, corner + vec2i(0, 4)),
        source_row(block, corner + vec2i(0, 5)),
    );
}

// What the threads of a workgroup read: 34 x 18 values for 32 x 16 pixels, or 18 x 18 for 16 x 16.
const SQUARE_WINDOW = vec2u(34u, 18u);
const PAIR_WINDOW = vec2u(18u, 18u);
var<workgroup> window: array<vec4<Stored>, 612>;

// Fills `window`, whose inner part begins at the pixel `origin`.
fn load_window(size: vec2u, threads: u32, block: u32, origin: vec2u, thread: u32) {
    workgroupBarrier();
    for (var index = thread; index < size.x * size.y; index += threads) {
        window[index] = value_at(block, vec2i(origin) + vec2i(vec2u(index % size.x, index / size.x)) - 1);
    }
    workgroupBarrier();
}

fn window_row(at: u32) -> Row {
    return Row(
        vec4f(window[at]),
        vec4f(window[at + 1u]),
        vec4f(window[at + 2u]),
        vec4f(window[at + 3u]),
        vec4f(window[at + 4u]),
        vec4f(window[at + 5u]),
    );
}

// Likewise, out of `window`.
fn window_square(at: u32) -> Seen {
    return Seen(
        window_row(at),
        window_row(at + SQUARE_WINDOW.x),
        window_row(at + 2u * SQUARE_WINDOW.x),
        window_row(at + 3u * SQUARE_WINDOW.x),
        window_row(at + 4u * SQUARE_WINDOW.x),
        window_row(at + 5u * SQUARE_WINDOW.x),
    );
}

// Four values of `window` in a square, as 2 x 2 pixels see them through one tap.
fn window_pair(at: u32) -> mat4x4f {
    let below = at + PAIR_WINDOW.x;
    return mat4x4f(vec4f(window[at]), vec4f(window[at + 1u]), vec4f(window[below]), vec4f(window[below + 1u]));
}

// The part of the output to make, in its own coordinates.
fn area_origin() -> vec2u {
    if (TAIL) {
        return params.keep_origin;
    }
    return params.needed_origin;
}

fn area_end() -> vec2u {
    if (TAIL) {
        return params.keep_origin + params.keep_size;
    }
    return params.needed_origin + params.needed_size;
}

// Alpha: 0 where a color is not finite. By its bits, because compilers may assume that there is no such number.
fn marker(color: vec3f) -> f32 {
    let exponent = vec3u(0x7f800000u);
    return select(1.0, 0.0, any((bitcast<vec3u>(color) & exponent) == exponent));
}

fn store_pixel(at: u32, color: vec3f) {
    let pixel = vec4f(saturate(color), marker(color));
    if (params.is_16_bit == 0u) {
        enlarged[at] = pack4x8unorm(pixel);
    } else {
        enlarged[2u * at] = pack2x16unorm(pixel.rg);
        enlarged[2u * at + 1u] = pack2x16unorm(pixel.ba);
    }
}

fn store_enlarged(pixel: vec2u, block: u32, sum: vec4f) {
    var color = activate(sum + epilogue[2u * block], block).rgb;
    if (ADDS_PICTURE) {
        color += picture_color(pixel.y * params.source_size.x + pixel.x);
    }
    let at = (pixel - params.keep_origin) * SCALE + vec2u(block % SCALE, block / SCALE);
    store_pixel(at.y * params.keep_size.x * SCALE + at.x, color);
}

fn store(pixel: vec2u, block: u32, sum: vec4f) {
    if (any(pixel >= area_end()) || block >= OUTPUT_BLOCKS) {
        return;
    }
    if (TAIL) {
        store_enlarged(pixel, block, sum);
        return;
    }
    let at = pixel.y * params.output_size.x + pixel.x;
    features[(params.output_first + block) * plane(params.output_size) + at] = vec4<Stored>(combine(sum, block, at));
}

fn store_row(pixel: vec2u, block: u32, sums: mat4x4f) {
    store(pixel, block, sums[0]);
    store(pixel + vec2u(1u, 0u), block, sums[1]);
    store(pixel + vec2u(2u, 0u), block, sums[2]);
    store(pixel + vec2u(3u, 0u), block, sums[3]);
}

fn store_square(pixel: vec2u, block: u32, sums: Square) {
    store_row(pixel, block, sums.row0);
    store_row(pixel + vec2u(0u, 1u), block, sums.row1);
    store_row(pixel + vec2u(0u, 2u), block, sums.row2);
    store_row(pixel + vec2u(0u, 3u), block, sums.row3);
}

fn store_2x2(pixel: vec2u, block: u32, sums: mat4x4f) {
    store(pixel, block, sums[0]);
    store(pixel + vec2u(1u, 0u), block, sums[1]);
    store(pixel + vec2u(0u, 1u), block, sums[2]);
    store(pixel + vec2u(1u, 1u), block, sums[3]);
}

@compute @workgroup_size(8, 8)
fn square(@builtin(global_invocation_id) thread: vec3u) {
    let layer = thread.z;
    let pixel = area_origin() + thread.xy * 4u;
    var first = Square();
    var second = Square();
    for (var block = 0u; block < SOURCE_BLOCKS; block++) {
        let seen = source_square(block, vec2i(pixel) - 1);
        let at = first_matrix(layer, block);
        first = add_square(first, at, seen);
        if (BLOCKS > 1u) {
            second = add_square(second, at + 1u, seen);
        }
    }
    store_square(pixel, layer * BLOCKS, first);
    if (BLOCKS > 1u) {
        store_square(pixel, layer * BLOCKS + 1u, second);
    }
}

@compute @workgroup_size(8, 4)
fn staged_square(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) local: vec3u,
    @builtin(local_invocation_index) thread: u32,
) {
    let layer = group.z;
    let origin = area_origin() + group.xy * vec2u(32u, 16u);
    let pixel = origin + local.xy * 4u;
    var first = Square();
    var second = Square();
    for (var block = 0u; block < SOURCE_BLOCKS; block++) {
        load_window(SQUARE_WINDOW, 32u, block, origin, thread);
        let seen = window_square(local.y * 4u * SQUARE_WINDOW.x + local.x * 4u);
        let at = first_matrix(layer, block);
        first = add_square(first, at, seen);
        if (BLOCKS > 1u) {
            second = add_square(second, at + 1u, seen);
        }
    }
    store_square(pixel, layer * BLOCKS, first);
    if (BLOCKS > 1u) {
        store_square(pixel, layer * BLOCKS + 1u, second);
    }
}

// The columns of the sums are the upper left pixel, the upper right, the lower left and the lower right one.
@compute @workgroup_size(8, 8)
fn staged_pair(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) local: vec3u,
    @builtin(local_invocation_index) thread: u32,
) {
    let layer = group.z;
    let origin = area_origin() + group.xy * 16u;
    let pixel = origin + local.xy * 2u;
    let corner = local.y * 2u * PAIR_WINDOW.x + local.x * 2u;
    var first = mat4x4f();
    var second = mat4x4f();
    for (var block = 0u; block < SOURCE_BLOCKS; block++) {
        load_window(PAIR_WINDOW, 64u, block, origin, thread);
        let start = first_matrix(layer, block);
        for (var tap = 0u; tap < 9u; tap++) {
            let values = window_pair(corner + tap / 3u * PAIR_WINDOW.x + tap % 3u);
            let at = start + tap * MATRICES_PER_TAP;
            first = add_product(first, matrix(at), values);
            if (BLOCKS > 1u) {
                second = add_product(second, matrix(at + 1u), values);
            }
        }
    }
    store_2x2(pixel, layer * BLOCKS, first);
    if (BLOCKS > 1u) {
        store_2x2(pixel, layer * BLOCKS + 1u, second);
    }
}

@compute @workgroup_size(8, 8)
fn any_kernel(@builtin(global_invocation_id) thread: vec3u) {
    let pixel = area_origin() + thread.xy * vec2u(4u, 1u);
    let block = thread.z;
    let corner = vec2i(pixel * STRIDE) - i32(PADDING);
    let step = i32(STRIDE);
    let taps = KERNEL * KERNEL;
    var sums = mat4x4f();
    for (var source_block = 0u; source_block < SOURCE_BLOCKS; source_block++) {
        for (var tap = 0u; tap < taps; tap++) {
            let at = ((block / 2u * SOURCE_BLOCKS + source_block) * taps + tap) * MATRICES_PER_TAP + block % 2u;
            let place = corner + vec2i(i32(tap % KERNEL), i32(tap / KERNEL));
            let values = mat4x4f(
                vec4f(value_at(source_block, place)),
                vec4f(value_at(source_block, place + vec2i(step, 0))),
                vec4f(value_at(source_block, place + vec2i(2 * step, 0))),
                vec4f(value_at(source_block, place + vec2i(3 * step, 0))),
            );
            sums = add_product(sums, matrix(at), values);
        }
    }
    store_row(pixel, block, sums);
}
