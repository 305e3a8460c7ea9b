import ClickPath
import Core
import Licensing
import Web

/// What a tracking link belongs to: a source, flows, and an offer for when no flow has one.
struct Campaign: Resource {
  enum CostModel: String, Sendable, CaseIterable { case cpc, cpm, cpa, revshare, none }
  enum Status: String, Sendable, CaseIterable { case active, paused }

  struct Draft: Sendable {
    var name: String
    var slug: String
    var sourceID: Int64?
    var offerID: Int64?
    var domainID: Int64?
    var costModel: CostModel
    /// Per click, per 1,000 clicks, per conversion; for revshare a percentage.
    var cost: Micros?
    var currency: Currency
    var externalIDs: [String]
    /// Append `_tly_click` to where visitors are sent, for the merchant's pixel.
    var appendsClickParameter: Bool
    var status: Status
    var botFilter = BotFilterRecord()
    var frequencyCap: FrequencyCapRecord?
    var profileID: Int64?
    var pixels: RetargetingRecord?
  }

  static let noun = "campaign"
  static let path = "/campaigns"
  static let section = Section.campaigns

  let id: Int64
  var draft: Draft
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "name": .string(draft.name), "slug": .string(draft.slug), "source_id": JSONValue(draft.sourceID),
      "offer_id": JSONValue(draft.offerID), "domain_id": JSONValue(draft.domainID),
      "cost_model": .string(draft.costModel.rawValue), "cost": JSONValue(draft.cost),
      "currency": JSONValue(draft.currency), "external_ids": JSONValue(draft.externalIDs),
      "append_click_param": .bool(draft.appendsClickParameter), "status": .string(draft.status.rawValue),
      "bot_filter": draft.botFilter.json, "frequency_cap": draft.frequencyCap?.json ?? .null,
      "tracking_profile_id": JSONValue(draft.profileID), "pixels": draft.pixels?.json ?? .null,
      "tracking_path": .string("/c/\(draft.slug)"), "created_at": JSONValue(createdAt),
      "updated_at": JSONValue(updatedAt),
    ]
  }

  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft? {
    var draft =
      current
      ?? Draft(
        name: "", slug: "", sourceID: nil, offerID: nil, domainID: nil, costModel: .none, cost: nil,
        currency: defaults.currency, externalIDs: [], appendsClickParameter: true, status: .active)
    if current == nil || fields.has("name") { draft.name = fields.string("name", length: 1...200) ?? "" }
    if current == nil || fields.has("slug"), let slug = fields.string("slug", length: 1...100) {
      draft.slug = slug
      if !isValidSlug(slug) { fields.fault("slug", "invalid", "must be letters, digits, - and _, at most 100") }
    }
    if let id = fields.optionalInt("source_id", range: 1...Int64.max) { draft.sourceID = id }
    if let id = fields.optionalInt("offer_id", range: 1...Int64.max) { draft.offerID = id }
    if let id = fields.optionalInt("domain_id", range: 1...Int64.max) { draft.domainID = id }
    if let model = fields.optionalOneOf("cost_model", CostModel.allCases.map(\.rawValue)) {
      draft.costModel = model.flatMap(CostModel.init(rawValue:)) ?? .none
    }
    if let cost = fields.optionalMicros("cost") { draft.cost = cost }
    if let currency = fields.optionalCurrency("currency") { draft.currency = currency ?? defaults.currency }
    if let ids = fields.optionalStrings("external_ids", max: 100) { draft.externalIDs = ids ?? [] }
    if let append = fields.optionalBool("append_click_param") { draft.appendsClickParameter = append ?? true }
    if let status = fields.optionalOneOf("status", Status.allCases.map(\.rawValue)) {
      draft.status = status.flatMap(Status.init(rawValue:)) ?? .active
    }
    if let id = fields.optionalInt("tracking_profile_id", range: 1...Int64.max) { draft.profileID = id }
    if let filter = fields.optionalObject("bot_filter") {
      draft.botFilter = try filter.map { try BotFilterRecord.read($0, current: draft.botFilter, &fields) } ?? .init()
    }
    if let cap = fields.optionalObject("frequency_cap") {
      draft.frequencyCap = try cap.flatMap { try FrequencyCapRecord.read($0, &fields) }
    }
    if let pixels = fields.optionalObject("pixels") {
      draft.pixels = try pixels.flatMap { try RetargetingRecord.read($0, &fields) }
    }
    return draft
  }

  static func features(of draft: Draft, since current: Draft?) -> [Feature] {
    draft.pixels == nil || draft.pixels == current?.pixels ? [] : [.retargetingPixels]
  }

  static func isValidSlug(_ slug: String) -> Bool {
    slug.utf8.allSatisfy { $0.asciiDigit != nil || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x2D || $0 == 0x5F }
  }

  static let schema = Schema.object([
    .optional("name", .string), .optional("slug", .string), .optional("source_id", .integer.nullable),
    .optional("offer_id", .integer.nullable), .optional("domain_id", .integer.nullable),
    .optional("cost_model", .choice(CostModel.allCases.map(\.rawValue))), .optional("cost", .money.nullable),
    .optional("currency", .string), .optional("external_ids", .array(.string)),
    .optional("append_click_param", .boolean), .optional("status", .choice(Status.allCases.map(\.rawValue))),
    .optional("bot_filter", BotFilterRecord.schema), .optional("frequency_cap", FrequencyCapRecord.schema.nullable),
    .optional("tracking_profile_id", .integer.nullable.described("The default profile if null.")),
    .optional("pixels", RetargetingRecord.schema.nullable),
  ])
}
