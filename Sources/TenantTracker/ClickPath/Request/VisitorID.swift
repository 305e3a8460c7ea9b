public import Core

/// A browser that comes back, by our first-party cookie.
public typealias VisitorID = UUIDv7
