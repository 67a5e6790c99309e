//! What the machine's vectors are like. Weights are packed for one machine.

use pulp::{Arch, Simd, WithSimd};

/// The best instructions of this machine and what follows from them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine {
    pub(super) arch: Arch,
    /// Values in a vector.
    pub(super) lanes: usize,
    /// Vector registers.
    registers: usize,
}

impl Machine {
    /// Looks which instructions there are.
    pub(super) fn detect() -> Self {
        struct Look;
        impl WithSimd for Look {
            type Output = (usize, usize);

            #[inline(always)]
            fn with_simd<S: Simd>(self, _: S) -> Self::Output {
                (S::F32_LANES, S::REGISTER_COUNT)
            }
        }
        let arch = Arch::new();
        let (lanes, registers) = arch.dispatch(Look);
        Self { arch, lanes, registers }
    }

    /// How many pixels are summed at once in registers.
    pub(super) fn pixels(&self) -> usize {
        pixels(self.registers)
    }

    /// The widths, in vectors, of the blocks of outputs that are summed at once; the whole is `outputs` channels wide.
    pub(super) fn blocks(&self, outputs: usize) -> Vec<usize> {
        let widest = if pixels(self.registers) == MANY { 3 } else { 2 };
        let mut left = outputs.div_ceil(self.lanes);
        let mut blocks = Vec::new();
        while left > 0 {
            // Three at once only to be rid of an odd one; two are as fast.
            let block = if left % 2 == 1 && left >= widest { widest } else { left.min(2) };
            blocks.push(block);
            left -= block;
        }
        blocks
    }
}

/// Pixels that are summed at once where there are 32 registers, and where there are 16.
pub(super) const MANY: usize = 8;
pub(super) const FEW: usize = 4;

/// Measured: 8 x 2 and 8 x 3 sums reach 97 % of what AVX-512 can do. With 16 registers 4 x 2 do 94 % in V8, and anything
/// larger is spilled to memory there and half as fast.
pub(super) const fn pixels(registers: usize) -> usize {
    if registers >= 32 { MANY } else { FEW }
}
