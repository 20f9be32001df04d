//! Questions in Hindi: their spelling, and the words that ask, name days, or say nothing by themselves.

use jiff::civil::Weekday;

use super::Intent;

/// Whether a text is written in the script of Hindi, at least in part.
pub fn is_hindi(text: &str) -> bool {
    text.chars().any(|c| ('\u{900}'..='\u{97f}').contains(&c))
}

/// Marks that belong to a letter and do not end a word.
pub(super) fn is_within_word(c: char) -> bool {
    matches!(c, '\u{94d}' | '\u{300}'..='\u{36f}')
}

/// Brings to one spelling what people write in several: with or without the dot below a letter, the moon over a vowel,
/// joiners, and digits of either script. Other scripts stay as they are.
pub(super) fn one_spelling(text: &str) -> String {
    let spelled = |c: char| match c {
        '\u{93c}' | '\u{200c}' | '\u{200d}' => None,
        '\u{901}' => Some('\u{902}'),
        '\u{958}' => Some('क'),
        '\u{959}' => Some('ख'),
        '\u{95a}' => Some('ग'),
        '\u{95b}' => Some('ज'),
        '\u{95c}' => Some('ड'),
        '\u{95d}' => Some('ढ'),
        '\u{95e}' => Some('फ'),
        '\u{95f}' => Some('य'),
        '\u{966}'..='\u{96f}' => char::from_digit(u32::from(c) - 0x966, 10),
        other => Some(other),
    };
    text.chars().filter_map(spelled).collect()
}

pub(super) const THIS: [&str; 2] = ["इस", "इसी"];
pub(super) const LAST: [&str; 6] = ["पिछले", "पिछला", "पिछली", "बीते", "गत", "गए"];
pub(super) const WEEK: [&str; 5] = ["हफ्ते", "हफ्ता", "हफते", "सप्ताह", "वीक"];
pub(super) const MONTH: [&str; 4] = ["महीने", "महीना", "माह", "मास"];

/// The words of English and those of Hindi in one list.
pub(super) fn with(english: &[&'static str], hindi: &[&'static str]) -> Vec<&'static str> {
    [english, hindi].concat()
}

const WEEKDAYS: [(&str, Weekday); 11] = [
    ("सोमवार", Weekday::Monday),
    ("मंगलवार", Weekday::Tuesday),
    ("बुधवार", Weekday::Wednesday),
    ("गुरुवार", Weekday::Thursday),
    ("गुरूवार", Weekday::Thursday),
    ("बृहस्पतिवार", Weekday::Thursday),
    ("वीरवार", Weekday::Thursday),
    ("शुक्रवार", Weekday::Friday),
    ("शनिवार", Weekday::Saturday),
    ("रविवार", Weekday::Sunday),
    ("इतवार", Weekday::Sunday),
];

/// The weekday a word names.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    let found = WEEKDAYS.into_iter().find(|(name, _)| *name == word);
    found.map(|(_, weekday)| weekday)
}

const STANDUP: [&str; 5] = ["स्टैंड-अप", "स्टैंडअप", "स्टैण्ड-अप", "स्टैण्डअप", "स्क्रम"];
const WHOLE: [&str; 3] = ["पूरा", "पूरे", "पूरी"];
const BECAME: [&str; 11] = [
    "हुआ",
    "हुए",
    "हुई",
    "हुये",
    "किया",
    "किए",
    "किये",
    "की",
    "हो",
    "कर",
    "हैं",
];
const FINISHED: [&str; 6] = ["खत्म", "समाप्त", "निपटाया", "निपटाए", "निपटा", "डिलीवर"];
const CALLS: [&str; 8] = ["कॉल", "कॉल्स", "काल", "मीटिंग", "मीटिंग्स", "मीटिंगों", "बैठक", "बैठकों"];
const BEGAN: [&str; 6] = ["शुरू", "शुरु", "आरंभ", "खत्म", "समाप्त", "बंद"];
const LONG: [&str; 6] = ["लंबा", "लंबी", "लंबे", "लम्बा", "लम्बी", "लम्बे"];
const HOW_MUCH: [&str; 3] = ["कितना", "कितने", "कितनी"];

/// Words that are in every text.
const COMMON: [&str; 88] = [
    "मैं",
    "मैंने",
    "मैने",
    "मेरा",
    "मेरी",
    "मेरे",
    "मुझे",
    "मुझको",
    "हम",
    "हमने",
    "हमारा",
    "अपना",
    "अपने",
    "अपनी",
    "और",
    "या",
    "का",
    "की",
    "के",
    "को",
    "से",
    "में",
    "मे",
    "पर",
    "ने",
    "तक",
    "है",
    "हैं",
    "था",
    "थी",
    "थे",
    "हूं",
    "हो",
    "क्या",
    "कब",
    "कौन",
    "कौन-सा",
    "कौन-सी",
    "कौन-से",
    "सा",
    "सी",
    "कैसे",
    "क्यों",
    "किस",
    "किन",
    "कितना",
    "कितने",
    "कितनी",
    "यह",
    "वह",
    "ये",
    "वे",
    "इस",
    "इसी",
    "उस",
    "इन",
    "उन",
    "जो",
    "कि",
    "भी",
    "ही",
    "तो",
    "न",
    "नहीं",
    "सब",
    "सबसे",
    "सारा",
    "सारे",
    "सारी",
    "बारे",
    "लिए",
    "कृपया",
    "बताओ",
    "बताएं",
    "बताइए",
    "दिखाओ",
    "दिखाएं",
    "दो",
    "दें",
    "लिखो",
    "लिखें",
    "लिखिए",
    "बनाओ",
    "बनाएं",
    "करो",
    "करें",
    "तैयार",
    "रहा",
];

/// Words that only ask, so that nothing is searched for them.
const ASKING: [&str; 67] = [
    "समय",
    "वक्त",
    "टाइम",
    "कहां",
    "किधर",
    "गया",
    "गए",
    "गई",
    "गयी",
    "गये",
    "जाता",
    "दिन",
    "दिनों",
    "आज",
    "कल",
    "परसों",
    "परसो",
    "पिछले",
    "पिछला",
    "पिछली",
    "बीते",
    "गत",
    "हफ्ते",
    "हफ्ता",
    "हफते",
    "सप्ताह",
    "वीक",
    "महीने",
    "महीना",
    "माह",
    "मास",
    "घंटे",
    "घंटा",
    "घंटों",
    "मिनट",
    "देर",
    "काम",
    "किया",
    "किए",
    "किये",
    "कर",
    "करा",
    "लगा",
    "लगे",
    "लगी",
    "लगाया",
    "बिताया",
    "बिताए",
    "बीता",
    "खर्च",
    "हुआ",
    "हुए",
    "हुई",
    "सारांश",
    "कुल",
    "जोड",
    "कार्य",
    "कार्यों",
    "प्रोजेक्ट",
    "परियोजना",
    "पूरा",
    "पूरे",
    "पूरी",
    "टुकडा",
    "ड्राफ्ट",
    "मसौदा",
    "रहे",
];

/// Whether a word says nothing by itself.
pub(super) fn is_common(word: &str) -> bool {
    COMMON.contains(&word)
}

/// Whether a word only asks.
pub(super) fn only_asks(word: &str) -> bool {
    ASKING.contains(&word)
}

/// What a question in Hindi asks for; none where its words are none of these. `subject` are the words that neither ask
/// nor say nothing.
pub(super) fn intent(words: &[String], subject: &[String]) -> Option<Intent> {
    let has = |any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
    let pair = |firsts: &[&str], seconds: &[&str]| {
        let mut twos = words.windows(2);
        twos.any(|two| firsts.contains(&two[0].as_str()) && seconds.contains(&two[1].as_str()))
    };
    let only = |any: &[&str]| subject.iter().all(|word| any.contains(&word.as_str()));
    if has(&STANDUP) || pair(&["स्टैंड", "स्टैण्ड"], &["अप"]) {
        return Some(Intent::Standup);
    }
    if has(&["कब"]) && has(&BEGAN) && only(&BEGAN) {
        return Some(Intent::Hours);
    }
    if pair(&WHOLE, &BECAME) || has(&FINISHED) {
        return Some(Intent::Shipped);
    }
    if has(&["सबसे"]) && has(&LONG) {
        return Some(Intent::Longest);
    }
    if has(&CALLS) && only(&CALLS) {
        return Some(Intent::Calls);
    }
    if has(&HOW_MUCH) && !subject.is_empty() {
        return Some(Intent::HowLong(subject.to_vec()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::{intent, search::words};

    #[test]
    fn questions_in_hindi_are_understood_by_their_words() {
        let some = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let cases = [
            ("मेरा स्टैंड-अप लिखें", Intent::Standup),
            ("स्टैंड अप का ड्राफ़्ट बनाओ", Intent::Standup),
            ("क्या पूरा हुआ?", Intent::Shipped),
            ("इस हफ़्ते मैंने क्या ख़त्म किया?", Intent::Shipped),
            ("समय कहाँ गया?", Intent::WhereTime),
            ("मैंने कल क्या किया?", Intent::WhereTime),
            ("पूरा दिन कहाँ गया?", Intent::WhereTime),
            ("पिछले हफ्ते कितने घंटे काम किया?", Intent::WhereTime),
            ("PAY-412 पर कितना समय लगा?", Intent::HowLong(some(&["pay-412"]))),
            (
                "मंगलवार को बही पर कितनी देर काम किया?",
                Intent::HowLong(some(&["बही"])),
            ),
            ("सबसे लंबा टुकड़ा कौन-सा था?", Intent::Longest),
            ("सोमवार को मैंने कब शुरू किया?", Intent::Hours),
            ("काम कब ख़त्म हुआ?", Intent::Hours),
            ("इस हफ़्ते मीटिंग में कितना समय गया?", Intent::Calls),
            ("लेखा परीक्षक", Intent::Find(some(&["लेखा", "परीक्षक"]))),
        ];
        for (question, expected) in cases {
            assert_eq!(intent(question), expected, "{question}");
        }
    }

    #[test]
    fn words_are_whole_and_of_one_spelling() {
        assert_eq!(words("हफ़्ते"), words("ह\u{95e}्ते"));
        assert_eq!(words("हफ़्ते, हफ्ते"), ["हफ्ते", "हफ्ते"]);
        assert_eq!(words("कहाँ कहां"), ["कहां", "कहां"]);
        assert_eq!(words("२०२६-११-१९"), ["2026-11-19"]);
        assert!(is_hindi("PAY-412 पर") && !is_hindi("PAY-412 on"));
    }

    #[test]
    fn every_word_of_the_lists_is_spelled_as_words_are_read() {
        let lists: [&[&str]; 14] = [
            &THIS, &LAST, &WEEK, &MONTH, &STANDUP, &WHOLE, &BECAME, &FINISHED, &CALLS, &BEGAN, &LONG,
            &HOW_MUCH, &COMMON, &ASKING,
        ];
        for word in lists
            .into_iter()
            .flatten()
            .chain(WEEKDAYS.iter().map(|(name, _)| name))
        {
            assert_eq!(words(word), [*word], "{word}");
        }
    }
}
