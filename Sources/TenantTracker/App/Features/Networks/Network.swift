import Core
import Web

/// Who pays for conversions, and how its postbacks are recognised.
struct Network: Resource {
  struct Draft: Sendable {
    var name: String
    /// Refuse postbacks that do not come to `/postback/{key}`.
    var requiresKey: Bool
    /// Addresses and ranges postbacks may come from; empty for any.
    var allowedAddresses: [String]
    /// The network's own status words, lower-cased, to ours.
    var statusMap: [String: String]
    var notes: String
  }

  static let noun = "network"
  static let path = "/networks"
  static let section = Section.networks
  /// What a status word can be mapped to.
  static let statuses = ConversionDecision.statusWords

  /// Words that one network may have mapped.
  private static let mappingLimit = 1_000

  let id: Int64
  var draft: Draft
  /// Secret part of this network's own postback URL.
  var postbackKey: String
  /// Since when its postbacks have to be signed; nil if they need not be.
  var signsSince: Timestamp?
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var json: JSONValue {
    var map = JSONObject()
    for (word, status) in draft.statusMap.sorted(by: { $0.key < $1.key }) { map[word] = .string(status) }
    return [
      "id": .int(id), "name": .string(draft.name), "postback_key": .string(postbackKey),
      "postback_path": .string("/postback/\(postbackKey)?click_id={click_id}&amount={payout}&txid={transaction_id}"),
      "require_key": .bool(draft.requiresKey), "allowed_addresses": JSONValue(draft.allowedAddresses),
      "signature_required": .bool(signsSince != nil), "postback_secret_set_at": JSONValue(signsSince),
      "status_map": .object(map), "notes": .string(draft.notes), "created_at": JSONValue(createdAt),
      "updated_at": JSONValue(updatedAt),
    ]
  }

  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft? {
    var draft = current ?? Draft(name: "", requiresKey: false, allowedAddresses: [], statusMap: [:], notes: "")
    if current == nil || fields.has("name") { draft.name = fields.string("name", length: 1...200) ?? "" }
    if let requires = fields.optionalBool("require_key") { draft.requiresKey = requires ?? false }
    if let addresses = fields.optionalStrings("allowed_addresses", max: 200, length: 50) {
      draft.allowedAddresses = addresses ?? []
      for address in draft.allowedAddresses where CIDR(address) == nil {
        fields.fault("allowed_addresses", "address", "\(address) is no address or CIDR range")
      }
    }
    if let map = fields.optionalObject("status_map") {
      draft.statusMap = [:]
      let members = map?.objectValue?.members ?? []
      if members.count > mappingLimit { fields.fault("status_map", "length", "may have \(mappingLimit) entries") }
      for member in members.prefix(mappingLimit) {
        guard let status = member.value.stringValue, statuses.contains(status), (1...255).contains(member.key.count)
        else {
          let choices = statuses.joined(separator: ", ")
          fields.fault("status_map.\(member.key.prefix(100))", "choice", "must be one of \(choices)")
          continue
        }
        draft.statusMap[member.key.lowercased()] = status
      }
    }
    if let notes = fields.optionalString("notes", length: 0...10_000) { draft.notes = notes ?? "" }
    return draft
  }

  static let schema = Schema.object([
    .optional("name", .string), .optional("require_key", .boolean), .optional("allowed_addresses", .array(.string)),
    .optional("status_map", .map(.choice(statuses))), .optional("notes", .string),
  ])
}
