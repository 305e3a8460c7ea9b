import Core
import Database
import Web

/// `POST /campaigns/{id}/clone`: a campaign once more, with copies of its flows.
struct CampaignCloning: Sendable {
  let campaigns: ResourceAPI<CampaignStore>
  let flows: FlowStore

  func register(in table: inout TrackerTable) {
    table.on(
      .post, "/campaigns/{id}/clone", .write(.campaigns), "Copy a campaign with its flows",
      body: .optionalJSON(
        .object([
          .optional("name", .string.nullable.described("“… (copy)” if absent.")),
          .optional("slug", .string.nullable.described("With -copy at its end if absent.")),
          .optional("status", .choice(Campaign.Status.allCases.map(\.rawValue)).described("The original's if absent.")),
        ])), answer: .ref("Campaign"), status: 201, creates: true
    ) { call in
      let campaign = try await clone(call.id(), call.json, by: call)
      return .created(campaign.json, location: "/admin/api/campaigns/\(campaign.id)")
    }
  }

  func registerPage(in table: inout TrackerTable) {
    table.action("/campaigns/{id}/clone", .write(.campaigns), "Copy a campaign with its flows") { call in
      let copy = try await clone(call.id(), [:], by: call)
      return .redirect(
        to: "/admin/campaigns/\(copy.id)",
        flash: Flash(.success, "\(copy.draft.name) was added with the same flows; its link ends in \(copy.draft.slug).")
      )
    }
  }

  static func button(_ campaign: Campaign, _ icons: IconSet, _ call: TrackerCall) -> HTML {
    """
    <form class="ty-buttons" method="post" action="/admin/campaigns/\(campaign.id)/clone">\(call.csrfField)\
    <button class="btn">\(icons(.copy))Clone campaign</button></form>
    """
  }

  func clone(_ id: Int64, _ body: JSONValue, by call: TrackerCall) async throws -> Campaign {
    let scope = call.place.scope
    let original = try await campaigns.find(id, scope)
    let draft = try await draft(of: original, body, scope)
    let copied = try await flows.all(ofCampaign: id, of: scope)
    let copyID = try await campaigns.writer.write(to: scope) { connection in
      let now = campaigns.writer.clock.now()
      let copyID = try await campaigns.store.insert(draft, at: now, of: scope, in: connection)
      for flow in copied {
        _ = try await flows.insert(flow.draft, campaign: copyID, at: now, of: scope, in: connection)
      }
      try await campaigns.writer.audit.append(
        "campaign.clone", "campaign:\(copyID)", after: ["from": .int(id), "slug": .string(draft.slug)], by: call,
        in: connection)
      return copyID
    }
    return try await campaigns.find(copyID, scope)
  }

  private func draft(of original: Campaign, _ body: JSONValue, _ scope: TenantScope) async throws -> Campaign.Draft {
    var fields = try FieldReader(body)
    var draft = original.draft
    draft.name =
      (fields.optionalString("name", length: 1...200) ?? nil) ?? CopyName.of(original.draft.name, taken: [], limit: 200)
    if let slug = fields.optionalString("slug", length: 1...100) ?? nil {
      draft.slug = slug
      if !Campaign.isValidSlug(slug) {
        fields.fault("slug", "invalid", "must be letters, digits, - and _, at most 100")
      }
    } else {
      let taken = try await campaigns.store.slugs(of: scope)
      draft.slug = CopyName.ofSlug(original.draft.slug, taken: taken, limit: 100)
    }
    let status = fields.optionalOneOf("status", Campaign.Status.allCases.map(\.rawValue)) ?? nil
    if let status = status.flatMap(Campaign.Status.init(rawValue:)) { draft.status = status }
    try fields.finish()
    return draft
  }
}

extension CampaignStore {
  /// Those that are taken.
  fileprivate func slugs(of scope: TenantScope) async throws -> [String] {
    try await scope.query("SELECT slug FROM \(scope.schema).campaigns WHERE archived_at IS NULL").map {
      try $0.get("slug")
    }
  }
}
