/// The three plans of the product documents. The licence server keeps plans as rows, seeded from these; a tracker uses
/// them for Starter, its fallback, and to say which plan has a feature.
public enum DocumentedPlan: String, CaseIterable, Sendable, Hashable {
  case starter, pro, enterprise

  public var title: String {
    switch self {
    case .starter: "Starter"
    case .pro: "Pro"
    case .enterprise: "Enterprise"
    }
  }

  /// Nil is unlimited.
  public var userLimit: Int? {
    switch self {
    case .starter: 1
    case .pro: 5
    case .enterprise: nil
    }
  }

  public var features: [Feature] {
    switch self {
    case .starter: []
    case .pro: Feature.allCases.filter { $0.plan == .pro }
    case .enterprise: Feature.allCases
    }
  }
}
