public import Core

/// How new the state is that we have of one of Stripe's objects.
public struct StripeObjectState: Hashable, Sendable {
  /// By Stripe's clock, in whole seconds: what happened before is part of it.
  public let asOf: Timestamp
  /// Grows with every change.
  public let version: Int64
}

/// What is to be done with an event, for events come twice, late, and in any order.
public enum StripeDecision: Hashable, Sendable {
  /// The event is newer than all that we know: its snapshot is the state now.
  case apply(StripeObjectState?)
  /// It is not newer, or two things happened in the same second, or its snapshot can't be read: only Stripe knows the
  /// state now.
  case fetch(StripeObjectState?)

  public init(_ event: StripeEvent, known: StripeObjectState?) {
    let isNewer = known.map { event.createdAt > $0.asOf } ?? true
    self = isNewer && event.snapshot != nil ? .apply(known) : .fetch(known)
  }

  /// What was known when it was decided. If that has changed since, it has to be decided anew.
  public var known: StripeObjectState? {
    switch self {
    case .apply(let known), .fetch(let known): known
    }
  }
}
