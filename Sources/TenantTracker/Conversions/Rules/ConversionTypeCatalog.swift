/// What a kind of conversion means to reports.
public struct ConversionTypeTraits: Sendable, Hashable {
  /// It is a conversion in reports, CR and CPA, and pays what a campaign costs per conversion.
  public var counts: Bool
  /// Its payout is revenue.
  public var earns: Bool

  public init(counts: Bool, earns: Bool) {
    self.counts = counts
    self.earns = earns
  }
}

/// The tenant's kinds of conversions.
public struct ConversionTypeCatalog: Sendable, Hashable {
  private var traits: [String: ConversionTypeTraits]

  /// The sale alone.
  public static let standard = ConversionTypeCatalog([:])

  /// - Parameter traits: by the type's name.
  public init(_ traits: [String: ConversionTypeTraits]) { self.traits = traits }

  /// A type nobody has described earns, but is no conversion; a sale always is one.
  public subscript(type: ConversionType) -> ConversionTypeTraits {
    if type == .sale { return ConversionTypeTraits(counts: true, earns: true) }
    return traits[type.rawValue] ?? ConversionTypeTraits(counts: false, earns: true)
  }
}
