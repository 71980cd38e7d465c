//! How `append` grows a slice: Go's rule, since `cap` shows it.

/// The capacity of the new array when a slice of `old` capacity must hold `needed` elements of `size` bytes.
pub(super) fn capacity(old: usize, needed: usize, size: usize, pointers: bool) -> usize {
    round_up(wanted(old, needed), size, pointers)
}

/// What Go's `nextslicecap` says: double while small, then by steps towards a quarter.
fn wanted(old: usize, needed: usize) -> usize {
    const THRESHOLD: usize = 256;
    if needed > old * 2 {
        return needed;
    }
    if old < THRESHOLD {
        return old * 2;
    }
    let mut cap = old;
    while cap < needed {
        cap += (cap + 3 * THRESHOLD) / 4;
    }
    cap
}

/// The capacity that fills the memory which Go's allocator gives for `cap` elements.
///
/// Elements with pointers have an eight-byte header before them once the memory exceeds 512 bytes.
pub(super) fn round_up(cap: usize, size: usize, pointers: bool) -> usize {
    if size == 0 {
        return cap;
    }
    let bytes = cap.saturating_mul(size);
    if bytes > 32768 - 8 {
        return bytes.next_multiple_of(8192) / size;
    }
    let header = if pointers && bytes > 512 { 8 } else { 0 };
    let class = CLASSES.iter().find(|class| usize::from(**class) >= bytes + header);
    class.map_or(bytes, |class| usize::from(*class) - header) / size
}

/// The size classes of Go's allocator.
const CLASSES: [u16; 68] = [
    0, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448,
    480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096,
    4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072,
    20480, 21760, 24576, 27264, 28672, 32768,
];

#[cfg(test)]
mod tests {
    use super::capacity;

    #[test]
    fn capacities_are_those_of_go() {
        // What Go 1.22 prints for `append` one at a time to []int, []byte, []string.
        let mut caps = vec![];
        let mut cap = 0;
        for len in 1..=1300 {
            if len > cap {
                cap = capacity(cap, len, 8, false);
                caps.push(cap);
            }
        }
        assert_eq!(caps, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 848, 1280, 1792]);
        assert_eq!(capacity(0, 1, 1, false), 8);
        assert_eq!(capacity(0, 5, 8, false), 6);
        assert_eq!(capacity(0, 1, 16, true), 1);
        assert_eq!(capacity(4, 5, 24, true), 8);
        assert_eq!(capacity(0, 33, 1, false), 48);
    }
}
