import Core
import Web

/// The postback builder: choose a network and what it should tell, copy the URL, try it. Everything chosen is in the
/// address, so that it works without scripts and can be sent to a colleague.
struct PostbackBuilderPages: Sendable {
  let api: PostbackBuilderAPI
  let names: NameStore
  let layout: Layout
  let site: SiteAddress

  static let path = "/admin/networks/postback-builder"

  func register(in table: inout TrackerTable) {
    table.page("/networks/postback-builder", .read(.networks), "Builds a network's postback URL, and tries it") {
      try await page($0)
    }
  }

  private func page(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let builder = try await builder(call)
    var test: PostbackBuilderView.Test?
    var values = PostbackBuilderView.testValues(call, builder)
    if values[.clickID] == nil {
      values[.clickID] = try await api.sampleClick(of: builder.network, in: scope)?.description
    }
    if call.query("test") != nil {
      let query = builder.testQuery(values)
      let key = builder.usesKey ? builder.network?.postbackKey : nil
      test = .init(
        query: query, explanation: try await api.explain(query: query, key: key, in: scope))
    }
    let view = PostbackBuilderView(
      builder: builder, networks: try await names.live(.networks, of: scope), hosts: bases(call), values: values,
      test: test, icons: layout.icons)
    return layout.page(
      Layout.Frame(
        title: "Postback builder", current: Self.path, crumbs: [("Affiliate Networks", "/admin/networks")]), call,
      view.html)
  }

  private func bases(_ call: TrackerCall) -> [String] {
    let own = site.base(call)
    return [own] + api.hosts(of: call.place.tenant).map { site.base(domain: $0, call) }.filter { $0 != own }
  }

  /// From the address. A form that was sent says of each part whether it is wanted; before that the usual ones are.
  private func builder(_ call: TrackerCall) async throws -> PostbackBuilder {
    var network: Network?
    if let id = call.query("network_id").flatMap({ Int64($0) }) {
      network = try await api.networks.store.find(id, of: call.place.scope)
    }
    let isSent = call.query("built") != nil
    let bases = bases(call)
    let template = call.query("template").flatMap(NetworkTemplate.named)
    let guess = network.flatMap { network in
      NetworkTemplate.all.first { network.draft.name.lowercased().contains($0.id) }
    }
    var builder = PostbackBuilder(
      template: template ?? guess ?? .custom, network: network,
      base: call.query("base").flatMap { bases.contains($0) ? $0 : nil } ?? bases[0],
      usesKey: isSent ? call.query("key") == "true" : true, parts: PostbackBuilder.standardParts)
    let isSameTemplate = call.query("built") == builder.template.id
    if isSent {
      builder.parts = PostbackPart.allCases.filter { $0 == .clickID || call.query("use_\($0.rawValue)") == "true" }
    }
    for part in PostbackPart.allCases where isSameTemplate {
      builder.macros[part] = call.query("macro_\(part.rawValue)").map { String($0.prefix(200)).trimmed }
    }
    return builder
  }
}
