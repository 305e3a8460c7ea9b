/// What files hold: kinds of configured things, in the order in which one may refer to those before it.
enum PortType: String, Sendable, CaseIterable {
  case sources, networks, offers, landings, campaigns, flows

  var section: Section {
    switch self {
    case .sources: .sources
    case .networks: .networks
    case .offers: .offers
    case .landings: .landings
    case .campaigns: .campaigns
    case .flows: .flows
    }
  }

  var title: String {
    switch self {
    case .sources: "Traffic Sources"
    case .networks: "Affiliate Networks"
    case .offers: "Offers"
    case .landings: "Landing Pages"
    case .campaigns: "Campaigns"
    case .flows: "Flows"
    }
  }

  /// One of them, as messages have it.
  var noun: String {
    switch self {
    case .sources: "source"
    case .networks: "network"
    case .offers: "offer"
    case .landings: "landing"
    case .campaigns: "campaign"
    case .flows: "flow"
    }
  }

  /// How many of them are in memory at once: a landing may be megabytes.
  var pageSize: Int { self == .landings ? 10 : 250 }

  /// The URL part for all of them in one document.
  static let everything = "all"
}

/// What something in a file may refer to, by id and by what people call it.
enum ReferenceNoun: String, Sendable, CaseIterable {
  case sources, networks, offers, landings, campaigns, domains
  case profiles = "tracking_profiles"

  /// The column that tells one from the other.
  var keyColumn: String {
    switch self {
    case .campaigns: "slug"
    case .domains: "host"
    default: "name"
    }
  }

  /// Domains are removed, the others archived.
  var isArchived: Bool { self != .domains }

  /// Whether files hold them: what they do not hold is left out where this tenant has none of that name.
  var isPorted: Bool { self != .domains && self != .profiles }

  /// `source`, `tracking profile`.
  var noun: String { String(rawValue.replacing("_", with: " ").dropLast()) }
}

extension PortType {
  /// As what others refer to it; flows are never referred to.
  var reference: ReferenceNoun? { ReferenceNoun(rawValue: rawValue) }
}
