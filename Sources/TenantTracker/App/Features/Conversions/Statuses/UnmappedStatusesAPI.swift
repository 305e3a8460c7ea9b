import Conversions
import Core
import Database
import Web

/// The inbox of status words that nobody has mapped, and what mapping one does.
struct UnmappedStatusesAPI: Sendable {
  let networks: ResourceAPI<NetworkStore>
  let runs: ConversionRunsAPI

  let store = UnmappedStatusStore()

  init(networks: ResourceAPI<NetworkStore>, runs: ConversionRunsAPI) {
    self.networks = networks
    self.runs = runs
  }

  func register(in table: inout TrackerTable) {
    table.define("UnmappedStatus", UnmappedStatus.schema)
    table.on(
      .get, "/networks/unmapped-statuses", .read(.networks),
      "Status words that came in postbacks and that nobody has mapped, newest first",
      answer: .object([.required("items", .array(.ref("UnmappedStatus")))])
    ) { call in .json(["items": .array(try await store.list(of: call.place.scope).map(\.json))]) }
    table.on(
      .post, "/networks/{id}/statuses", .write(.networks),
      "Map a status word of the inbox, for what comes and for the conversions that wait for it. 202 while it is under way",
      body: .json(.object([.required("word", .string), .required("status", .choice(Network.statuses))])),
      answer: .ref("ConversionRun")
    ) { call in ConversionRunsAPI.reply(try await map(call.fields(), by: call)) }
  }

  /// Maps a word that is in the inbox.
  func map(_ fields: FieldReader, by call: TrackerCall) async throws -> ConversionRun {
    var fields = fields
    let spelling = fields.string("word", length: 1...255)
    let status = fields.oneOf("status", Network.statuses)
    try fields.finish()
    guard let spelling, let status else { throw Problem.internalError() }
    let scope = call.place.scope
    let network = try await networks.find(call.id(), scope)
    let word = StatusMap.key(spelling)
    guard try await store.contains(word, ofNetwork: network.id, of: scope) else {
      throw Problem.invalid("word", "unknown", "is not in this network's inbox")
    }
    var map = JSONObject()
    for (known, meaning) in network.draft.statusMap.sorted(by: { $0.key < $1.key }) { map[known] = .string(meaning) }
    map[spelling.lowercased()] = .string(status)
    _ = try await networks.update(network.id, ["status_map": .object(map)], by: call)
    guard let run = try await runs.runner.runs.latestMapping(of: word, network: network.id, of: scope) else {
      throw Problem.internalError()
    }
    return try await runs.start(run, of: scope)
  }

  /// Whatever gives a word of the inbox a meaning, its conversions follow: written with the network, done by a run.
  static func follow(
    clock: any WallClock
  ) -> @Sendable (Int64, Network.Draft, Timestamp, TrackerCall, Connection) async throws -> Void {
    let (store, runs) = (UnmappedStatusStore(), ConversionRunStore(clock: clock))
    return { id, draft, _, call, connection in
      let scope = call.place.scope
      for word in try await store.words(ofNetwork: id, in: draft.statuses, of: scope, in: connection) {
        let total = try await store.countWaiting(for: word, ofNetwork: id, of: scope, in: connection)
        try await store.remove(word, ofNetwork: id, of: scope, in: connection)
        _ = try await runs.insert(
          .mapping(networkID: id, word: word), total: total, by: call.session.auditName, of: scope, in: connection)
      }
    }
  }
}

extension Network.Draft {
  /// As postbacks are read by it.
  var statuses: StatusMap {
    var map = JSONObject()
    for (word, status) in statusMap { map[word] = .string(status) }
    return StatusMap(.object(map))
  }
}
