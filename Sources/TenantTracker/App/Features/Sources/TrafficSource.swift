import Core
import Web

/// Where clicks are bought, and what its macros are called in our links.
struct TrafficSource: Resource {
  struct Draft: Sendable {
    var name: String
    /// A ``SourceTemplate``'s id.
    var template = SourceTemplate.custom.id
    /// What the tracking link carries. The first click id and the cost are the two below.
    var parameters = SourceTemplate.custom.parameters
    /// The query parameter that carries the source's click id.
    var clickIDParameter = SourceTemplate.custom.clickIDParameter
    /// The query parameter that carries what the click cost.
    var costParameter = SourceTemplate.custom.costParameter
    /// Where the source takes conversions.
    var postbackURL = ""
    var currency: Currency?
    var notes = ""
  }

  static let noun = "source"
  static let path = "/sources"
  static let section = Section.sources

  let id: Int64
  var draft: Draft
  var warnings: [SourceWarning] = []
  var archivedAt: Timestamp?
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "name": .string(draft.name), "template": .string(draft.template),
      "click_id_param": .string(draft.clickIDParameter), "cost_param": .string(draft.costParameter),
      "parameters": .array(draft.parameters.map(\.json)), "query": .string(TrackingLink.query(draft.parameters)),
      "postback_url": .string(draft.postbackURL), "currency": JSONValue(draft.currency), "notes": .string(draft.notes),
      "warnings": .array(warnings.map { $0.json(sourceName: draft.name) }), "archived_at": JSONValue(archivedAt),
      "created_at": JSONValue(createdAt), "updated_at": JSONValue(updatedAt),
    ]
  }

  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft? {
    var draft = current ?? Draft(name: "")
    if current == nil || fields.has("name") { draft.name = fields.string("name", length: 1...200) ?? "" }
    if let id = fields.optionalOneOf("template", SourceTemplate.all.map(\.id)), id ?? "custom" != draft.template {
      draft.take(id.flatMap(SourceTemplate.named) ?? .custom)
    }
    if let list = fields.optionalArray("parameters", max: 40) {
      draft.parameters = try SourceParameter.list(list ?? [], &fields)
      draft.followParameters()
    }
    if let name = SourceParameter.name("click_id_param", &fields) { draft.rename(.clickID, to: name) }
    if let name = SourceParameter.name("cost_param", &fields) { draft.rename(.cost, to: name) }
    if let url = fields.optionalString("postback_url", length: 0...2_048) {
      draft.postbackURL = url ?? ""
      if !draft.postbackURL.isEmpty, !WebURL.isTemplate(draft.postbackURL) {
        fields.fault("postback_url", "url", "must be an absolute http or https URL of at most 2048 characters")
      }
    }
    if let currency = fields.optionalCurrency("currency") { draft.currency = currency }
    if let notes = fields.optionalString("notes", length: 0...10_000) { draft.notes = notes ?? "" }
    return draft
  }

  static let schema = Schema.object([
    .optional("name", .string),
    .optional(
      "template", .choice(SourceTemplate.all.map(\.id)).described("Fills in parameters and postback URL not given.")),
    .optional("parameters", .array(SourceParameter.schema)),
    .optional("click_id_param", .string.nullable), .optional("cost_param", .string.nullable),
    .optional("postback_url", .string.nullable.described("Where the source takes conversions; may hold macros.")),
    .optional("currency", .string.nullable), .optional("notes", .string.nullable),
  ])
}

extension TrafficSource.Draft {
  mutating func take(_ template: SourceTemplate) {
    self.template = template.id
    parameters = template.parameters
    postbackURL = template.postbackURL
    followParameters()
  }

  /// The parameters say which of them carry click id and cost.
  mutating func followParameters() {
    if let name = parameters.first(where: { $0.role == .clickID })?.parameter { clickIDParameter = name }
    if let name = parameters.first(where: { $0.role == .cost })?.parameter { costParameter = name }
  }

  /// The role's parameter is called differently; where it has none, the link gets one.
  fileprivate mutating func rename(_ role: SourceParameter.Role, to name: String) {
    let isCost = role == .cost
    guard name != (isCost ? costParameter : clickIDParameter) else { return }
    let first = parameters.firstIndex { $0.role == role }
    let macro = first.map { parameters[$0].macro } ?? (isCost ? "{cost}" : "{click_id}")
    let renamed = SourceParameter(name, macro, role)
    if let first { parameters[first] = renamed } else { parameters.append(renamed) }
    parameters.removeAll { $0.parameter == name && $0 != renamed }
    if isCost { costParameter = name } else { clickIDParameter = name }
  }

  /// Other parameters that carry the source's click id, where the first is not sent.
  var moreClickIDParameters: [String] {
    parameters.filter { $0.role == .clickID && $0.parameter != clickIDParameter }.map(\.parameter)
  }
}
