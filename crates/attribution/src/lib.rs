//! Who answers for a span: rules, then task keys. Pure.
