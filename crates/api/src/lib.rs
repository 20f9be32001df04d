//! Versioned wire types of the contracts, with their limits and coercions. Must not know storage or HTTP.
