/// What a change means for the conversion's place in the scheme. Pure, as ``ConversionRules`` are.
public enum SchemeRules {
  /// A new conversion's.
  /// - Parameter said: what its reporter says of the order, if more than its status.
  public static func first(_ said: SchemeStatus?, for status: ConversionStatus) -> SchemeStatus? {
    if let said, said.status == status { return said }
    return SchemeStatus(only: status)
  }

  /// Completes a change that the conversion rules came to. A move within one status is applied or refused here.
  /// - Parameters:
  ///   - current: the conversion's.
  ///   - said: what the order is said to be now; nil leaves it to the status.
  public static func settle(
    _ change: ConversionChange, current: SchemeStatus?, said: SchemeStatus?
  ) -> (change: ConversionChange, scheme: SchemeStatus?) {
    let current = current ?? SchemeStatus(only: change.conversion.status)
    switch change.outcome {
    case .refused: return (change, current)
    case .held: return (change, change.status == .hold ? .onHold : current)
    case .applied, .unchanged: break
    }
    guard let said, said.status == change.status else {
      let isKept = current?.status == change.status
      return (change, isKept ? current : SchemeStatus(only: change.status))
    }
    guard change.outcome == .unchanged, said != current else { return (change, said) }
    guard current?.successors.contains(said) ?? true else { return (change.refused, current) }
    return (change.applied, said)
  }
}

extension ConversionChange {
  /// The same, were it out of date: nothing of it counts.
  fileprivate var refused: ConversionChange {
    ConversionChange(
      conversion: conversion, outcome: .refused, status: conversion.status, payout: conversion.payout)
  }

  fileprivate var applied: ConversionChange {
    ConversionChange(conversion: conversion, outcome: .applied, status: status, payout: payout)
  }
}
