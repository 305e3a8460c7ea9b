import ClickPath
import Core
import Web

/// One rule of a campaign: whom it is for and where they go.
struct Flow: Sendable {
  struct Draft: Sendable {
    var name: String
    var kind: FlowKind
    var weight: Int64
    var filters: [FilterRecord]
    var landings: [WeightedID]
    var offers: [WeightedID]
    var isActive: Bool
    var binding: Binding
    /// Its place among the campaign's flows; nil puts a new one last.
    var position: Int64?
  }

  let id: Int64
  let campaignID: Int64
  var draft: Draft
  var createdAt: Timestamp
  var updatedAt: Timestamp

  /// As the click path reads it.
  var record: FlowRecord {
    var record = FlowRecord(id: id, campaignID: campaignID, name: draft.name, kind: draft.kind)
    record.weight = Int(draft.weight)
    record.filters = draft.filters
    record.landings = draft.landings
    record.offers = draft.offers
    record.isActive = draft.isActive
    record.binding = draft.binding
    return record
  }

  var json: JSONValue {
    [
      "id": .int(id), "campaign_id": .int(campaignID), "name": .string(draft.name),
      "type": .string(draft.kind.rawValue),
      "weight": .int(draft.weight), "position": JSONValue(draft.position),
      "filters": .array(draft.filters.map(Flow.json)), "landings": .array(draft.landings.map(Flow.json)),
      "offers": .array(draft.offers.map(Flow.json)), "binding": .string(draft.binding.rawValue),
      "active": .bool(draft.isActive),
      "created_at": JSONValue(createdAt), "updated_at": JSONValue(updatedAt),
    ]
  }

  static func json(_ filter: FilterRecord) -> JSONValue {
    var object: JSONObject = [
      "field": .string(filter.field), "op": .string(filter.op), "values": JSONValue(filter.values),
    ]
    if let zone = filter.zone { object["zone"] = .string(zone) }
    return .object(object)
  }

  private static func json(_ item: WeightedID) -> JSONValue { ["id": .int(item.id), "weight": .int(item.weight)] }

  static let schema = Schema.object([
    .optional("name", .string), .optional("type", .choice(FlowKind.allCases.map(\.rawValue))),
    .optional("weight", .integer.described("Among regular flows that match.")), .optional("position", .integer),
    .optional(
      "filters",
      .array(
        .object([
          .required("field", .choice(FilterField.all.map(\.rawValue))),
          .required("op", .choice(FilterOperator.allCases.map(\.rawValue))), .required("values", .array(.string)),
          .optional("zone", .string.described("IANA name, for hour and weekday; the tenant's if absent.")),
        ]))),
    .optional("landings", .array(weighted)), .optional("offers", .array(weighted)),
    .optional("binding", .choice(Binding.allCases.map(\.rawValue))), .optional("active", .boolean),
  ])

  private static let weighted = Schema.object([.required("id", .integer), .optional("weight", .integer)])
}
