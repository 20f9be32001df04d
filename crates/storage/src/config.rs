//! Capture settings as kept in `projects.settings`, and the etag that stands for the settings in force.

use dayloom_domain::people::{CaptureConfig, ModelPolicy, ScreenshotPolicy};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Whether the settings opt into tracking: `true`, or the text `true` (`contract/tracker.md` §2.1).
pub(crate) fn enabled(settings: &Value) -> bool {
    match settings.get("tracker_enabled") {
        Some(Value::Bool(on)) => *on,
        Some(Value::String(text)) => text == "true",
        _ => false,
    }
}

/// The key of the language models allowed, beside the capture settings: replacing those does not reset it.
const MODELS: &str = "tracker_models";

/// Which language models are allowed: those the operator chose, unless something else is kept. A word that is not
/// known allows none.
pub(crate) fn models(settings: &Value) -> ModelPolicy {
    match settings.get(MODELS) {
        None | Some(Value::Null) => ModelPolicy::default(),
        Some(kept) => serde_json::from_value(kept.clone()).unwrap_or(ModelPolicy::None),
    }
}

/// The settings with other language models allowed, all other keys kept.
pub(crate) fn with_models(settings: Value, models: ModelPolicy) -> Value {
    let mut settings = match settings {
        Value::Object(map) => map,
        _ => serde_json::Map::new(),
    };
    settings.insert(
        MODELS.to_owned(),
        serde_json::to_value(models).unwrap_or_default(),
    );
    Value::Object(settings)
}

/// The capture settings kept, defaults for what is missing or unreadable.
pub(crate) fn of(settings: &Value) -> CaptureConfig {
    let kept = &settings["tracker_config"];
    let default = CaptureConfig::default();
    let number = |key: &str, default: u32| {
        kept[key]
            .as_u64()
            .and_then(|n| u32::try_from(n).ok())
            .unwrap_or(default)
    };
    CaptureConfig {
        sample_interval_s: number("sample_interval_s", default.sample_interval_s),
        screenshot_policy: serde_json::from_value::<ScreenshotPolicy>(kept["screenshot_policy"].clone())
            .unwrap_or_default(),
        screenshot_every_n_samples: number("screenshot_every_n_samples", default.screenshot_every_n_samples),
        idle_threshold_s: number("idle_threshold_s", default.idle_threshold_s),
        paused: kept["paused"].as_bool().unwrap_or(default.paused),
        excluded_bundle_ids: serde_json::from_value(kept["excluded_bundle_ids"].clone()).unwrap_or_default(),
    }
}

/// The settings with tracking and capture replaced, all other keys kept.
pub(crate) fn replaced(settings: Value, enabled: bool, config: &CaptureConfig) -> Value {
    let mut settings = match settings {
        Value::Object(map) => map,
        _ => serde_json::Map::new(),
    };
    settings.insert("tracker_enabled".to_owned(), Value::Bool(enabled));
    settings.insert(
        "tracker_config".to_owned(),
        serde_json::to_value(config).unwrap_or_default(),
    );
    Value::Object(settings)
}

/// `cfg_` and the first 12 hex digits of SHA-256 over the settings in force, field by field: equal settings have equal
/// etags whoever set them.
pub(crate) fn etag(config: &CaptureConfig) -> String {
    let canonical = json!([
        config.sample_interval_s,
        config.screenshot_policy,
        config.screenshot_every_n_samples,
        config.idle_threshold_s,
        config.paused,
        config.excluded_bundle_ids,
    ]);
    let digest = Sha256::digest(canonical.to_string().as_bytes());
    let hex: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("cfg_{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_changes_with_each_field_and_with_nothing_else() {
        let base = CaptureConfig::default();
        let variants = [
            CaptureConfig {
                sample_interval_s: 61,
                ..base.clone()
            },
            CaptureConfig {
                screenshot_policy: ScreenshotPolicy::FullScreen,
                ..base.clone()
            },
            CaptureConfig {
                screenshot_every_n_samples: 6,
                ..base.clone()
            },
            CaptureConfig {
                idle_threshold_s: 301,
                ..base.clone()
            },
            CaptureConfig {
                paused: true,
                ..base.clone()
            },
            CaptureConfig {
                excluded_bundle_ids: vec!["a".to_owned()],
                ..base.clone()
            },
            CaptureConfig {
                excluded_bundle_ids: vec!["a,b".to_owned()],
                ..base.clone()
            },
            CaptureConfig {
                excluded_bundle_ids: vec!["a".to_owned(), "b".to_owned()],
                ..base.clone()
            },
        ];
        let mut etags: Vec<String> = variants.iter().map(etag).collect();
        etags.push(etag(&base));
        assert!(etags.iter().all(|e| e.len() == 16 && e.starts_with("cfg_")));
        let count = etags.len();
        etags.sort();
        etags.dedup();
        assert_eq!(etags.len(), count);
        assert_eq!(etag(&base), etag(&base.clone()));
    }

    #[test]
    fn allowed_models_outlive_other_settings() {
        assert_eq!(models(&json!({})), ModelPolicy::Hosted);
        assert_eq!(models(&json!({"tracker_models": "every"})), ModelPolicy::None);
        let kept = with_models(json!({"colour": "red"}), ModelPolicy::Local);
        let kept = replaced(kept, true, &CaptureConfig::default());
        assert_eq!(models(&kept), ModelPolicy::Local);
        assert_eq!(kept["colour"], "red");
    }

    #[test]
    fn settings_read_back_and_keep_foreign_keys() {
        let config = CaptureConfig {
            idle_threshold_s: 90,
            paused: true,
            ..CaptureConfig::default()
        };
        let settings = replaced(
            json!({"colour": "red", "tracker_config": {"junk": 1}}),
            true,
            &config,
        );
        assert_eq!(settings["colour"], "red");
        assert!(enabled(&settings));
        assert_eq!(of(&settings), config);
        assert_eq!(
            of(&json!({"tracker_config": {"sample_interval_s": "x"}})),
            CaptureConfig::default()
        );
        assert!(enabled(&json!({"tracker_enabled": "true"})));
        assert!(!enabled(&json!({"tracker_enabled": 1})));
    }
}
