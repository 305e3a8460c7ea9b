import Core
import Database
import Geo
import Security
import Web

/// `/settings/geoip`: the installation's databases, where they come from, and what they say of an address.
struct GeoIPAPI: Sendable {
  let keeper: GeoIPKeeper
  let store = GeoIPStore()
  let secrets: SecretBox
  let audit: AuditLog
  let clock: any WallClock

  func register(in table: inout TrackerTable) {
    let path = "/settings/geoip"
    table.define("GeoIP", Self.schema)
    table.define("GeoIPDownload", Self.downloadSchema)
    table.on(.get, path, .read(.settings), "GeoIP databases and where they come from", answer: .ref("GeoIP")) {
      .json(try await json($0))
    }
    table.on(
      .put, path, .write(.settings), "Set the MaxMind account; an absent field stays, null removes it",
      body: .json(Self.accountSchema), answer: .ref("GeoIP")
    ) { call in
      try await change(call.fields(), by: call)
      return .json(try await json(call))
    }
    table.on(
      .post, "\(path)/download", .write(.settings), "Download every database", answer: .ref("GeoIPDownload"),
      status: 202
    ) { .json(try await download(by: $0).json, status: 202) }
    table.on(
      .get, "\(path)/download", .read(.settings), "How far the download is", answer: .ref("GeoIPDownload")
    ) { _ in .json(keeper.progress.json) }
    table.on(
      .post, "\(path)/reload", .write(.settings), "Load the files again", answer: .ref("GeoIP")
    ) { call in
      try mayChange(call)
      await keeper.reload(force: true)
      return .json(try await json(call))
    }
    table.on(
      .post, "\(path)/test", .read(.settings), "What the databases say of an address",
      body: .json(.object([.required("ip", .string)])), answer: Self.testSchema
    ) { .json(test(try Self.address($0.fields()))) }
  }

  private static func address(_ fields: FieldReader) throws(Problem) -> IPAddress {
    var fields = fields
    let text = fields.string("ip", length: 1...64)
    let address = text.flatMap { IPAddress($0) }
    if text != nil, address == nil { fields.fault("ip", "ip", notAnAddress) }
    try fields.finish()
    guard let address else { throw .invalid("ip", "ip", notAnAddress) }
    return address
  }

  static let notAnAddress = "must be an IPv4 or IPv6 address"

  /// The files are the whole installation's: its first account looks after them, all others only see how they stand.
  func isKeeper(_ call: TrackerCall) -> Bool { call.place.tenant.isDefault }

  func mayChange(_ call: TrackerCall) throws(Problem) {
    guard isKeeper(call) else {
      throw Problem(
        status: 403, code: "permission_denied", title: "Not allowed",
        detail: "GeoIP databases belong to the whole installation: only its default account may change them.",
        extra: ["section": .string(Section.settings.rawValue), "access": .string(AccessLevel.write.rawValue)])
    }
  }

  func account(_ call: TrackerCall) async throws -> GeoIPAccount {
    isKeeper(call) ? try await store.account(of: call.place.scope) : GeoIPAccount()
  }

  func change(_ fields: FieldReader, by call: TrackerCall) async throws {
    var fields = fields
    try mayChange(call)
    let before = try await account(call)
    var after = before
    if let id = fields.optionalInt("account_id", range: 1...9_999_999_999) { after.accountID = id }
    if let key = fields.optionalString("license_key", length: 1...100) {
      if key?.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) ?? true {
        try after.set(key: key, secrets: secrets)
      } else {
        fields.fault("license_key", "license_key", "must be letters, digits and signs without blanks")
      }
    }
    try fields.finish()
    let scope = call.place.scope
    try await scope.transaction { [after] connection in
      try await store.save(after, at: clock.now(), of: scope, in: connection)
      try await audit.append(
        "geoip.account", "settings", before: before.json, after: after.json, by: call, in: connection)
    }
  }

  func download(by call: TrackerCall) async throws -> GeoIPDownload {
    try mayChange(call)
    let account = try await account(call)
    guard let key = account.key(secrets) else {
      throw Problem.invalid("license_key", "required", "is required: enter the MaxMind licence key first")
    }
    let begun = try keeper.startDownload(.init(accountID: account.accountID, licenseKey: key))
    let scope = call.place.scope
    try await scope.transaction { connection in
      try await audit.append("geoip.download", "settings", by: call, in: connection)
    }
    return begun
  }

  func test(_ address: IPAddress) -> JSONValue {
    let answer = keeper.library.locate(address)
    return [
      "ip": .string(address.description), "network": JSONValue(keeper.library.network(of: address)?.description),
      "country": JSONValue(answer.country), "country_name": JSONValue(answer.countryName),
      "region": JSONValue(answer.region), "city": JSONValue(answer.city), "isp": JSONValue(answer.isp),
      "asn": answer.asn.map { .int($0) } ?? .null, "connection": JSONValue(answer.connection),
    ]
  }
}
