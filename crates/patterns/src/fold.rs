//! Case without regard to case, as ECMAScript has it for the flag `i` without `u`: what two code units share is the one they
//! are in capitals. Must not know patterns.

use std::sync::LazyLock;

/// A code unit in the form in which units that differ in case alone are equal (`Canonicalize` of ECMA-262).
pub fn canonical(unit: u16) -> u16 {
    if let Ok(byte) = u8::try_from(unit)
        && byte.is_ascii()
    {
        return u16::from(byte.to_ascii_uppercase());
    }
    // Half of a pair has no case.
    let Some(letter) = char::from_u32(u32::from(unit)) else {
        return unit;
    };
    let mut capitals = letter.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) if !capital.is_ascii() => u16::try_from(u32::from(capital)).unwrap_or(unit),
        // More than one unit, or a letter outside ASCII that would become one inside: the unit stays.
        _ => unit,
    }
}

/// Units that share their canonical one with others and are not it themselves, by that one.
static SMALL: LazyLock<Vec<(u16, u16)>> = LazyLock::new(|| {
    let mut pairs: Vec<(u16, u16)> = (0x80..=u16::MAX)
        .map(|unit| (canonical(unit), unit))
        .filter(|(canonical, unit)| canonical != unit)
        .collect();
    pairs.sort_unstable();
    pairs
});

/// Whether a canonical unit, or one that differs from it in case alone, is one of those `holds` holds.
pub fn any_case(canonical: u16, holds: impl Fn(u16) -> bool) -> bool {
    if holds(canonical) {
        return true;
    }
    if let Ok(byte) = u8::try_from(canonical)
        && byte.is_ascii()
    {
        return byte.is_ascii_uppercase() && holds(u16::from(byte.to_ascii_lowercase()));
    }
    let from = SMALL.partition_point(|(capital, _)| *capital < canonical);
    SMALL[from..]
        .iter()
        .take_while(|(capital, _)| *capital == canonical)
        .any(|(_, unit)| holds(*unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_meet_in_their_capital_but_never_cross_into_ascii() {
        let of = |letter: char| canonical(u16::try_from(u32::from(letter)).expect("one unit"));
        assert_eq!(of('a'), u16::from(b'A'));
        assert_eq!(of('я'), of('Я'));
        assert_eq!(of('ς'), of('σ'), "both are Σ");
        assert_eq!(of('ß'), 0xDF, "its capitals are two");
        assert_eq!(of('ſ'), 0x17F, "its capital is ASCII");
        assert_eq!(canonical(0xD83D), 0xD83D);
    }

    #[test]
    fn every_case_of_a_unit_is_found() {
        let sigma = canonical(0x3C3);
        for unit in [0x3A3, 0x3C2, 0x3C3] {
            assert!(any_case(sigma, |held| held == unit), "{unit:x}");
        }
        assert!(any_case(u16::from(b'S'), |held| held == u16::from(b's')));
        assert!(!any_case(u16::from(b'S'), |held| held == 0x17F));
    }
}
