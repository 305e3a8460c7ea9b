import Core
import Database

/// What ids and names in a file stand for: something of this tenant, or something that the file itself brings.
struct ReferenceBook: Sendable {
  /// What a reference of the file leads to.
  enum Answer: Sendable {
    /// The file says nothing.
    case absent
    case none
    case id(Int64)
    /// It belongs to what files do not hold, and this tenant has none of that name.
    case leftOut(name: String)
    case fault(field: String, message: String)
    /// For the API's own reader to refuse.
    case unreadable
  }

  private var index: [ReferenceNoun: [String: Int64]] = [:]
  private var live: [ReferenceNoun: Set<Int64>] = [:]
  /// What the file calls by ids of its own.
  private var fileIDs: [ReferenceNoun: [Int64: Int64]] = [:]
  private var flows: [FlowKey: [Int64]] = [:]
  private var flowIDs: Set<Int64> = []
  private var flowCounts: [Int64: Int] = [:]
  private var lastProvisional: Int64 = 1 << 62

  init(of scope: TenantScope) async throws {
    let store = PortStore()
    for noun in ReferenceNoun.allCases {
      let names = try await store.index(noun, of: scope)
      index[noun] = names
      live[noun] = Set(names.values)
    }
    for flow in try await store.flowKeys(of: scope) {
      flows[flow.key, default: []].append(flow.id)
      flowIDs.insert(flow.id)
      flowCounts[flow.key.campaignID, default: 0] += 1
    }
  }

  /// Whether the id is only given to something that does not exist yet.
  static func isProvisional(_ id: Int64) -> Bool { id > 1 << 62 }

  // What is looked up

  func id(_ noun: ReferenceNoun, called name: String) -> Int64? { index[noun]?[name] }
  func has(_ noun: ReferenceNoun, _ id: Int64) -> Bool { live[noun]?.contains(id) ?? false }
  func hasFlow(_ id: Int64) -> Bool { flowIDs.contains(id) }
  func flows(_ key: FlowKey) -> [Int64] { flows[key] ?? [] }
  func flowCount(_ campaignID: Int64) -> Int { flowCounts[campaignID] ?? 0 }

  /// An id that the file brings goes first, then the name: ids of another tenant mean something else here.
  func find(_ noun: ReferenceNoun, id: JSONValue?, name: JSONValue?, _ fields: (id: String, name: String)) -> Answer {
    let given = id.flatMap { $0.isNull ? nil : $0 }
    if let given, given.intValue == nil { return .unreadable }
    let number = given?.intValue
    if let number, let own = fileIDs[noun]?[number] { return .id(own) }
    if let name, !name.isNull {
      guard let text = name.stringValue?.trimmed else { return .fault(field: fields.name, message: "must be a string") }
      if let found = index[noun]?[text] { return .id(found) }
      if !text.isEmpty {
        guard noun.isPorted else { return .leftOut(name: text) }
        let what = noun == .campaigns ? "with the slug" : "called"
        return .fault(field: fields.name, message: "names no \(noun.noun): there is none \(what) “\(text)” here")
      }
    }
    if let number {
      guard has(noun, number) else {
        return .fault(field: fields.id, message: "names no \(noun.noun): there is none with the id \(number) here")
      }
      return .id(number)
    }
    return id == nil && name == nil ? .absent : .none
  }

  // What the file brings

  /// The id of something that is to be made; once it is, it gets its own.
  mutating func provisionalID() -> Int64 {
    lastProvisional += 1
    return lastProvisional
  }

  mutating func note(_ noun: ReferenceNoun, _ id: Int64, called key: String, fileID: Int64?) {
    index[noun, default: [:]][key] = id
    if let fileID { fileIDs[noun, default: [:]][fileID] = id }
  }

  mutating func note(_ noun: ReferenceNoun, _ id: Int64, fileID: Int64) {
    fileIDs[noun, default: [:]][fileID] = id
  }

  mutating func noteFlow(_ campaignID: Int64) { flowCounts[campaignID, default: 0] += 1 }
}
