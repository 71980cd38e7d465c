//! Reading durations: `1h2m3.5s`.

/// Reads a duration; the error is Go's text.
pub(super) fn read(text: &[u8]) -> Result<i64, String> {
    let shown = || {
        let quoted = crate::pkg::strconv::quote::quoted(text, b'"', crate::pkg::strconv::quote::Style::Plain);
        String::from_utf8_lossy(&quoted).into_owned()
    };
    let invalid = || Err(format!("time: invalid duration {}", shown()));
    let negative = text.first() == Some(&b'-');
    let mut s = if negative || text.first() == Some(&b'+') {
        &text[1..]
    } else {
        text
    };
    if s == b"0" {
        return Ok(0);
    }
    if s.is_empty() {
        return invalid();
    }
    let mut total = 0u64;
    while !s.is_empty() {
        if !(s[0] == b'.' || s[0].is_ascii_digit()) {
            return invalid();
        }
        let digits = |s: &[u8]| s.iter().take_while(|c| c.is_ascii_digit()).count();
        let n = digits(s);
        let mut value = 0u64;
        for c in &s[..n] {
            value = match value.checked_mul(10).and_then(|v| v.checked_add(u64::from(c - b'0'))) {
                Some(v) if v <= 1 << 63 => v,
                _ => return invalid(),
            };
        }
        s = &s[n..];
        let (mut fraction, mut scale, mut places) = (0u64, 1f64, 0);
        if s.first() == Some(&b'.') {
            s = &s[1..];
            places = digits(s);
            for c in &s[..places] {
                match fraction
                    .checked_mul(10)
                    .and_then(|v| v.checked_add(u64::from(c - b'0')))
                    .filter(|v| *v < 1 << 63)
                {
                    Some(f) => {
                        fraction = f;
                        scale *= 10.0;
                    }
                    None => break,
                }
            }
            s = &s[places..];
        }
        if n == 0 && places == 0 {
            return invalid();
        }
        let unit_len = s.iter().take_while(|c| **c != b'.' && !c.is_ascii_digit()).count();
        if unit_len == 0 {
            return Err(format!("time: missing unit in duration {}", shown()));
        }
        let unit: u64 = match &s[..unit_len] {
            b"ns" => 1,
            b"us" => 1_000,
            u if u == "µs".as_bytes() || u == "μs".as_bytes() => 1_000,
            b"ms" => 1_000_000,
            b"s" => 1_000_000_000,
            b"m" => 60_000_000_000,
            b"h" => 3_600_000_000_000,
            u => {
                let quoted = crate::pkg::strconv::quote::quoted(u, b'"', crate::pkg::strconv::quote::Style::Plain);
                return Err(format!(
                    "time: unknown unit {} in duration {}",
                    String::from_utf8_lossy(&quoted),
                    shown()
                ));
            }
        };
        s = &s[unit_len..];
        let Some(mut part) = value.checked_mul(unit).filter(|v| *v <= 1 << 63) else {
            return invalid();
        };
        part += (fraction as f64 * (unit as f64 / scale)) as u64;
        total = match total.checked_add(part) {
            Some(t) if part <= 1 << 63 && t <= 1 << 63 => t,
            _ => return invalid(),
        };
    }
    if negative {
        return Ok((total as i64).wrapping_neg());
    }
    i64::try_from(total).or_else(|_| invalid())
}
