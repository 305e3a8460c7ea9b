import ClickPath
import Core
import Database
import Web

/// The names of what a log's rows point to.
struct NameBook: Sendable {
  var campaigns: [Int64: String] = [:]
  var flows: [Int64: String] = [:]
  var landings: [Int64: String] = [:]
  var offers: [Int64: String] = [:]
  var sources: [Int64: String] = [:]
  var networks: [Int64: String] = [:]
  var publishers: [Int64: String] = [:]

  init() {}

  init(clicks: [ClickEvent], _ names: NameStore, _ scope: TenantScope) async throws {
    campaigns = try await names.names(.campaigns, Set(clicks.map(\.campaignID)), of: scope)
    flows = try await names.names(.flows, Set(clicks.compactMap(\.flowID)), of: scope)
    landings = try await names.names(.landings, Set(clicks.compactMap(\.landingID)), of: scope)
    offers = try await names.names(.offers, Set(clicks.compactMap(\.offerID)), of: scope)
    sources = try await names.names(.sources, Set(clicks.compactMap(\.sourceID)), of: scope)
    networks = try await names.names(.networks, Set(clicks.compactMap(\.networkID)), of: scope)
    publishers = try await names.names(.publishers, Set(clicks.compactMap(\.publisherID)), of: scope)
  }

  init(conversions: [Conversion], _ names: NameStore, _ scope: TenantScope) async throws {
    campaigns = try await names.names(.campaigns, Set(conversions.map(\.campaignID)), of: scope)
    offers = try await names.names(.offers, Set(conversions.compactMap(\.offerID)), of: scope)
    sources = try await names.names(.sources, Set(conversions.compactMap(\.sourceID)), of: scope)
    networks = try await names.names(.networks, Set(conversions.compactMap(\.networkID)), of: scope)
    publishers = try await names.names(.publishers, Set(conversions.compactMap(\.publisherID)), of: scope)
  }

  func campaign(_ id: Int64?) -> HTML { Self.name(id, campaigns) }
  func flow(_ id: Int64?) -> HTML { Self.name(id, flows) }
  func landing(_ id: Int64?) -> HTML { Self.name(id, landings) }
  func offer(_ id: Int64?) -> HTML { Self.name(id, offers) }
  func source(_ id: Int64?) -> HTML { Self.name(id, sources) }
  func network(_ id: Int64?) -> HTML { Self.name(id, networks) }
  func publisher(_ id: Int64?) -> HTML { Self.name(id, publishers) }

  /// The name, the number of what has none any more, or a dash.
  private static func name(_ id: Int64?, _ names: [Int64: String]) -> HTML {
    guard let id else { return Parts.dash }
    return .escaped(names[id] ?? "#\(id)")
  }
}
