//! The numbers of one tensor as they lie in a file: of any kind, at any strides.

use safetensors::Dtype;

use super::Tensor;

/// More dimensions than any network's weights have.
const MAX_DIMENSIONS: usize = 8;

/// A tensor in a file, known to lie within its bytes.
#[derive(Debug)]
pub(super) struct View<'a> {
    dtype: Dtype,
    shape: Vec<usize>,
    /// How many numbers to go on for the next one, for each dimension.
    strides: Vec<usize>,
    /// Where the first number is, counted in numbers.
    offset: usize,
    bytes: &'a [u8],
}

impl<'a> View<'a> {
    /// Checks that all numbers are there; the error says what is wrong, to be put after the tensor's name.
    pub(super) fn new(
        dtype: Dtype,
        shape: Vec<usize>,
        strides: Vec<usize>,
        offset: usize,
        bytes: &'a [u8],
    ) -> Result<Self, String> {
        if shape.len() > MAX_DIMENSIONS || strides.len() != shape.len() {
            return Err(format!(
                "has {} dimensions and {} strides, expected as many of both and at most {MAX_DIMENSIONS}",
                shape.len(),
                strides.len()
            ));
        }
        // Sizes of 0 count too, so that no product of sizes can overflow later on.
        if shape.iter().try_fold(1usize, |count, &size| count.checked_mul(size.max(1))).is_none() {
            return Err(format!("has the impossible shape {shape:?}"));
        }
        let view = Self { dtype, shape, strides, offset, bytes };
        let available = bytes.len() as u64 * 8 / dtype.bitsize() as u64;
        if view.len() > 0 && view.last_position().is_none_or(|last| last as u64 >= available) {
            return Err(format!(
                "of shape {:?}, strides {:?} and offset {offset} does not fit into the {available} numbers that are stored for it",
                view.shape, view.strides
            ));
        }
        Ok(view)
    }

    /// A tensor whose numbers lie one after the other in row-major order.
    pub(super) fn contiguous(dtype: Dtype, shape: &[usize], bytes: &'a [u8]) -> Result<Self, String> {
        let mut strides = vec![1usize; shape.len()];
        for inner in (1..shape.len()).rev() {
            strides[inner - 1] = strides[inner].saturating_mul(shape[inner]);
        }
        Self::new(dtype, shape.to_vec(), strides, 0, bytes)
    }

    /// Number of numbers.
    pub(super) fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the numbers are integers of 8 bits with a sign.
    pub(super) fn is_of_8_bits(&self) -> bool {
        self.dtype == Dtype::I8
    }

    /// The numbers as f32; the error says what is wrong, to be put after the tensor's name.
    pub(super) fn tensor(&self) -> Result<Tensor, String> {
        let data = match self.dtype {
            Dtype::F64 => self.gather(|bytes| f64::from_le_bytes(bytes) as f32),
            Dtype::F32 => self.gather(f32::from_le_bytes),
            Dtype::F16 => self.gather(|bytes| half::f16::from_le_bytes(bytes).to_f32()),
            Dtype::BF16 => self.gather(|bytes| half::bf16::from_le_bytes(bytes).to_f32()),
            Dtype::I64 => self.gather(|bytes| i64::from_le_bytes(bytes) as f32),
            Dtype::I32 => self.gather(|bytes| i32::from_le_bytes(bytes) as f32),
            Dtype::I16 => self.gather(|bytes| i16::from_le_bytes(bytes).into()),
            Dtype::I8 => self.gather(|bytes| i8::from_le_bytes(bytes).into()),
            Dtype::U64 => self.gather(|bytes| u64::from_le_bytes(bytes) as f32),
            Dtype::U32 => self.gather(|bytes| u32::from_le_bytes(bytes) as f32),
            Dtype::U16 => self.gather(|bytes| u16::from_le_bytes(bytes).into()),
            Dtype::U8 => self.gather(|[byte]| byte.into()),
            Dtype::BOOL => self.gather(|[byte]| f32::from(u8::from(byte != 0))),
            other => {
                return Err(format!("holds {other:?} numbers, expected F32, F16, BF16, F64, integers or booleans"));
            }
        };
        match data.iter().find(|value| !value.is_finite()) {
            Some(value) => Err(format!("holds the value {value}, expected finite numbers")),
            None => Ok(Tensor { shape: self.shape.clone(), data }),
        }
    }

    fn gather<const BYTES: usize>(&self, number: fn([u8; BYTES]) -> f32) -> Vec<f32> {
        let (stored, _) = self.bytes.as_chunks::<BYTES>();
        if self.len() == 0 {
            Vec::new()
        } else if self.is_contiguous() {
            stored[self.offset..][..self.len()].iter().map(|&bytes| number(bytes)).collect()
        } else {
            (0..self.len()).map(|index| number(stored[self.position(index)])).collect()
        }
    }

    fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        self.shape.iter().zip(&self.strides).rev().all(|(&size, &stride)| {
            let fits = size == 1 || stride == expected;
            expected *= size;
            fits
        })
    }

    /// Where the number is that comes `index`th in row-major order.
    fn position(&self, index: usize) -> usize {
        let sizes_and_strides = self.shape.iter().zip(&self.strides).rev();
        let (_, position) = sizes_and_strides.fold((index, self.offset), |(index, position), (&size, &stride)| {
            (index / size, position + index % size * stride)
        });
        position
    }

    /// Where the number is that lies last in the file; None when it lies beyond all memory.
    fn last_position(&self) -> Option<usize> {
        self.shape.iter().zip(&self.strides).try_fold(self.offset, |position, (&size, &stride)| {
            position.checked_add(size.saturating_sub(1).checked_mul(stride)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes 0, 1, 2 ... as numbers.
    const BYTES: [u8; 24] = {
        let mut bytes = [0; 24];
        let mut index = 0;
        while index < bytes.len() {
            bytes[index] = index as u8;
            index += 1;
        }
        bytes
    };

    fn values(shape: &[usize], strides: &[usize], offset: usize) -> Result<Vec<f32>, String> {
        View::new(Dtype::U8, shape.to_vec(), strides.to_vec(), offset, &BYTES)?.tensor().map(|tensor| tensor.data)
    }

    #[test]
    fn strides_and_offsets_pick_the_numbers() {
        assert_eq!(values(&[2, 3], &[3, 1], 0), Ok(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]));
        assert_eq!(values(&[2, 3], &[3, 1], 18), Ok(vec![18.0, 19.0, 20.0, 21.0, 22.0, 23.0]));
        assert_eq!(values(&[3, 2], &[1, 3], 1), Ok(vec![1.0, 4.0, 2.0, 5.0, 3.0, 6.0]), "transposed");
        assert_eq!(values(&[2, 3], &[0, 1], 4), Ok(vec![4.0, 5.0, 6.0, 4.0, 5.0, 6.0]), "expanded");
        assert_eq!(values(&[2, 1, 2], &[12, 999, 2], 0), Ok(vec![0.0, 2.0, 12.0, 14.0]));
        assert_eq!(values(&[], &[], 7), Ok(vec![7.0]));
        assert_eq!(values(&[3, 0], &[9, 9], 99), Ok(vec![]));
    }

    #[test]
    fn what_lies_outside_is_refused() {
        const HUGE: usize = 1 << (usize::BITS - 1);
        for (shape, strides, offset) in [
            (&[25][..], &[1][..], 0),
            (&[1], &[1], 24),
            (&[2, 3], &[22, 1], 0),
            (&[2], &[usize::MAX], 0),
            (&[2], &[1], usize::MAX),
            (&[HUGE], &[0], 24),
        ] {
            let error = values(shape, strides, offset).expect_err("must be refused");
            assert!(error.contains("does not fit into the 24 numbers"), "{error}");
        }
        for shape in [&[HUGE, 2][..], &[0, HUGE, HUGE], &[HUGE, HUGE, 0]] {
            let error = values(shape, &vec![0; shape.len()], 0).expect_err("must be refused");
            assert!(error.contains("impossible shape"), "{error}");
        }
        assert!(values(&[1; 9], &[1; 9], 0).expect_err("must be refused").contains("9 dimensions"));
        assert!(values(&[1; 2], &[1; 3], 0).expect_err("must be refused").contains("3 strides"));
    }

    #[test]
    fn every_kind_of_number_becomes_f32() {
        let half = half::f16::from_f32(1.5).to_le_bytes();
        let brain = half::bf16::from_f32(-2.5).to_le_bytes();
        let cases: [(Dtype, &[u8], f32); 13] = [
            (Dtype::F64, &0.25f64.to_le_bytes(), 0.25),
            (Dtype::F32, &(-0.125f32).to_le_bytes(), -0.125),
            (Dtype::F16, &half, 1.5),
            (Dtype::BF16, &brain, -2.5),
            (Dtype::I64, &(-3i64).to_le_bytes(), -3.0),
            (Dtype::I32, &(-4i32).to_le_bytes(), -4.0),
            (Dtype::I16, &(-5i16).to_le_bytes(), -5.0),
            (Dtype::I8, &(-6i8).to_le_bytes(), -6.0),
            (Dtype::U64, &7u64.to_le_bytes(), 7.0),
            (Dtype::U32, &8u32.to_le_bytes(), 8.0),
            (Dtype::U16, &9u16.to_le_bytes(), 9.0),
            (Dtype::U8, &[10], 10.0),
            (Dtype::BOOL, &[1], 1.0),
        ];
        for (dtype, bytes, expected) in cases {
            let tensor = View::contiguous(dtype, &[1], bytes).and_then(|view| view.tensor());
            assert_eq!(tensor.map(|tensor| tensor.data), Ok(vec![expected]), "{dtype:?}");
        }
        let error = View::contiguous(Dtype::F8_E4M3, &[1], &[0]).and_then(|view| view.tensor()).expect_err("refused");
        assert!(error.contains("holds F8_E4M3 numbers"), "{error}");
        let too_large = 1e300f64.to_le_bytes();
        let error = View::contiguous(Dtype::F64, &[1], &too_large).and_then(|view| view.tensor()).expect_err("refused");
        assert!(error.contains("the value inf"), "{error}");
    }
}
