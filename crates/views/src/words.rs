//! The words of the pages in English and Hindi. One table ([`table`]): a word that lacks a language does not compile.
//!
//! The keys of `contract/tracker.md` §6.1 keep their published names and are found by [`Words::contract`].

pub use dayloom_domain::Locale;

macro_rules! words {
    (
        published { $($field:ident $key:literal : $en:literal, $hi:literal;)+ }
        ours { $($own:ident : $own_en:literal, $own_hi:literal;)+ }
    ) => {
        /// Every word of the pages in one language. `{…}` are places to fill.
        #[expect(missing_docs, reason = "each word is its own description, in the table below")]
        #[derive(Debug)]
        pub struct Words {
            pub locale: Locale,
            pub weekdays: [&'static str; 7],
            pub weekdays_short: [&'static str; 7],
            pub months: [&'static str; 12],
            $(pub $field: &'static str,)+
            $(pub $own: &'static str,)+
        }

        /// English.
        pub static EN: Words = Words {
            locale: Locale::En,
            weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
            weekdays_short: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
            months: ["January", "February", "March", "April", "May", "June", "July", "August", "September",
                     "October", "November", "December"],
            $($field: $en,)+
            $($own: $own_en,)+
        };

        /// Hindi.
        pub static HI: Words = Words {
            locale: Locale::Hi,
            weekdays: ["सोमवार", "मंगलवार", "बुधवार", "गुरुवार", "शुक्रवार", "शनिवार", "रविवार"],
            weekdays_short: ["सोम", "मंगल", "बुध", "गुरु", "शुक्र", "शनि", "रवि"],
            months: ["जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्तूबर",
                     "नवंबर", "दिसंबर"],
            $($field: $hi,)+
            $($own: $own_hi,)+
        };

        /// Every word in both languages.
        #[cfg(test)]
        pub(super) const PAIRS: &[(&str, &str)] = &[$(($en, $hi),)+ $(($own_en, $own_hi),)+];

        impl Words {
            /// The words of a language.
            pub fn of(locale: Locale) -> &'static Self {
                match locale {
                    Locale::En => &EN,
                    Locale::Hi => &HI,
                }
            }

            /// The word under a published key, without its `tracking.tracker.`.
            pub fn contract(&self, key: &str) -> Option<&'static str> {
                match key {
                    $($key => Some(self.$field),)+
                    _ => None,
                }
            }

            /// All published keys.
            pub const CONTRACT_KEYS: &'static [&'static str] = &[$($key),+];
        }
    };
}

mod table;

pub use table::{EN, HI, Words};

/// Fills one `{place}` of a word.
pub fn fill(text: &str, place: &str, value: &str) -> String {
    text.replace(&format!("{{{place}}}"), value)
}

/// `1 entry`, `2 entries`: the word for one or for many, as the language counts (CLDR: in Hindi nothing is one too).
pub fn counted(n: usize, one: &str, many: &str, words: &Words) -> String {
    let is_one = match words.locale {
        Locale::En => n == 1,
        Locale::Hi => n <= 1,
    };
    fill(if is_one { one } else { many }, "n", &n.to_string())
}

#[cfg(test)]
mod tests {
    use super::{table::PAIRS, *};

    #[test]
    fn every_published_key_is_there_in_both_languages_with_the_same_places() {
        assert_eq!(Words::CONTRACT_KEYS.len(), 26);
        for key in Words::CONTRACT_KEYS {
            let (en, hi) = (EN.contract(key).unwrap(), HI.contract(key).unwrap());
            assert!(!en.is_empty() && !hi.is_empty());
            assert_eq!(places(en), places(hi), "{key}");
        }
        assert_eq!(EN.contract("nonsense"), None);
    }

    fn places(text: &str) -> std::collections::BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_places() {
        for (en, hi) in PAIRS {
            assert_eq!(places(en), places(hi), "{en}");
        }
    }

    #[test]
    fn one_is_counted_as_the_language_does() {
        let entries = |n, words: &Words| counted(n, words.ask_entry, words.ask_entries, words);
        assert_eq!(
            [0, 1, 2].map(|n| entries(n, &EN)),
            ["0 entries", "1 entry", "2 entries"]
        );
        assert_eq!(
            [0, 1, 2].map(|n| entries(n, &HI)),
            ["0 प्रविष्टि", "1 प्रविष्टि", "2 प्रविष्टियाँ"]
        );
    }
}
