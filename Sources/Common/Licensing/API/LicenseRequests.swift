public import Core

/// The messages of `/api/v1/licenses/*`. Both programs use these types: the tracker writes `json`, the server reads it.
///
/// Readers let unknown fields be: a tracker may be newer than its licence server.
public enum LicenseAPI {
  public static let activatePath = "/api/v1/licenses/activate"
  public static let validatePath = "/api/v1/licenses/validate"
  public static let heartbeatPath = "/api/v1/licenses/heartbeat"
  public static let deactivatePath = "/api/v1/licenses/deactivate"
  public static let keysPath = "/.well-known/jwks.json"

  /// A licence key may be any text of up to this many characters; an unknown one is `NOT_FOUND`, not malformed.
  static let keyLength = 0...100
  static let fingerprintLength = 1...255
  static let nonceLength = 1...128

  /// A new nonce: 128 random bits.
  public static func makeNonce() -> String { RandomBytes.make(16).base64url }

  /// `{fingerprint, hostname, version, domain_hash?}`
  public struct Instance: Sendable, Hashable {
    public var fingerprint: String
    public var hostname: String?
    public var version: String?
    public var domainHash: String?

    public init(fingerprint: String, hostname: String? = nil, version: String? = nil, domainHash: String? = nil) {
      self.fingerprint = fingerprint
      self.hostname = hostname
      self.version = version
      self.domainHash = domainHash
    }

    public var json: JSONValue {
      [
        "fingerprint": .string(fingerprint), "hostname": JSONValue(hostname), "version": JSONValue(version),
        "domain_hash": JSONValue(domainHash),
      ]
    }
  }

  public struct ActivateRequest: Sendable, Hashable {
    public var licenseKey: String
    public var instance: Instance
    public var nonce: String?

    public init(licenseKey: String, instance: Instance, nonce: String? = nil) {
      self.licenseKey = licenseKey
      self.instance = instance
      self.nonce = nonce
    }

    public var json: JSONValue {
      ["license_key": .string(licenseKey), "instance": instance.json, "nonce": JSONValue(nonce)]
    }

    public init(reading json: JSONValue) throws(Problem) {
      var reader = try FieldReader(json)
      let licenseKey = reader.licenseKey()
      let instance = reader.instance()
      nonce = reader.nonce()
      (self.licenseKey, self.instance) = try reader.complete(licenseKey, instance)
    }
  }

  public struct ValidateRequest: Sendable, Hashable {
    public var licenseKey: String
    /// Nil asks about the licence only, not about an instance.
    public var fingerprint: String?
    public var version: String?
    public var nonce: String?

    public init(licenseKey: String, fingerprint: String? = nil, version: String? = nil, nonce: String? = nil) {
      self.licenseKey = licenseKey
      self.fingerprint = fingerprint
      self.version = version
      self.nonce = nonce
    }

    public var json: JSONValue {
      [
        "license_key": .string(licenseKey), "fingerprint": JSONValue(fingerprint), "version": JSONValue(version),
        "nonce": JSONValue(nonce),
      ]
    }

    public init(reading json: JSONValue) throws(Problem) {
      var reader = try FieldReader(json)
      let licenseKey = reader.licenseKey()
      fingerprint = reader.text("fingerprint", LicenseAPI.fingerprintLength)
      version = reader.text("version")
      nonce = reader.nonce()
      (self.licenseKey, _) = try reader.complete(licenseKey, ())
    }
  }

  public struct HeartbeatRequest: Sendable, Hashable {
    public var licenseKey: String
    public var fingerprint: String
    /// Of the last lease the instance holds; 0 when it has none.
    public var sequence: Int64
    public var users: Int64
    public var clicks24h: Int64
    public var version: String?
    public var domainHash: String?
    public var nonce: String?

    public init(
      licenseKey: String, fingerprint: String, sequence: Int64, users: Int64, clicks24h: Int64, version: String? = nil,
      domainHash: String? = nil, nonce: String? = nil
    ) {
      self.licenseKey = licenseKey
      self.fingerprint = fingerprint
      self.sequence = sequence
      self.users = users
      self.clicks24h = clicks24h
      self.version = version
      self.domainHash = domainHash
      self.nonce = nonce
    }

    public var json: JSONValue {
      [
        "license_key": .string(licenseKey), "fingerprint": .string(fingerprint), "seq": .int(sequence),
        "usage": ["users": .int(users), "clicks_24h": .int(clicks24h)], "version": JSONValue(version),
        "domain_hash": JSONValue(domainHash), "nonce": JSONValue(nonce),
      ]
    }

    public init(reading json: JSONValue) throws(Problem) {
      var reader = try FieldReader(json)
      let licenseKey = reader.licenseKey()
      let fingerprint = reader.string("fingerprint", length: LicenseAPI.fingerprintLength)
      sequence = (reader.optionalInt("seq") ?? nil) ?? 0
      (users, clicks24h) = reader.usage()
      version = reader.text("version")
      domainHash = reader.text("domain_hash", 64...64)
      nonce = reader.nonce()
      (self.licenseKey, self.fingerprint) = try reader.complete(licenseKey, fingerprint)
    }
  }

  public struct DeactivateRequest: Sendable, Hashable {
    public var licenseKey: String
    public var fingerprint: String
    public var nonce: String?

    public init(licenseKey: String, fingerprint: String, nonce: String? = nil) {
      self.licenseKey = licenseKey
      self.fingerprint = fingerprint
      self.nonce = nonce
    }

    public var json: JSONValue {
      ["license_key": .string(licenseKey), "fingerprint": .string(fingerprint), "nonce": JSONValue(nonce)]
    }

    public init(reading json: JSONValue) throws(Problem) {
      var reader = try FieldReader(json)
      let licenseKey = reader.licenseKey()
      let fingerprint = reader.string("fingerprint", length: LicenseAPI.fingerprintLength)
      nonce = reader.nonce()
      (self.licenseKey, self.fingerprint) = try reader.complete(licenseKey, fingerprint)
    }
  }
}

extension FieldReader {
  /// Any text of the right length can be asked about; one with NUL is as unknown as any other that is no key.
  fileprivate mutating func licenseKey() -> String? {
    if let text = value("license_key")?.stringValue, text.unicodeScalars.contains("\0"),
      LicenseAPI.keyLength.contains(text.unicodeScalars.count)
    {
      return text.replacing("\0", with: "\u{FFFD}")
    }
    return string("license_key", length: LicenseAPI.keyLength)
  }

  fileprivate mutating func nonce() -> String? { text("nonce", LicenseAPI.nonceLength) }

  /// Optional text; absent and null are the same here.
  fileprivate mutating func text(_ name: String, _ length: ClosedRange<Int> = 0...255) -> String? {
    optionalString(name, length: length) ?? nil
  }

  mutating func instance() -> LicenseAPI.Instance? {
    guard let value = value("instance"), value.objectValue != nil,
      var reader = try? FieldReader(value, path: "instance")
    else {
      fault(
        "instance", has("instance") ? "type" : "required", "must be an object with fingerprint, hostname and version")
      return nil
    }
    let fingerprint = reader.string("fingerprint", length: LicenseAPI.fingerprintLength)
    let hostname = reader.text("hostname")
    let version = reader.text("version")
    let domainHash = reader.text("domain_hash", 64...64)
    for fault in reader.faults { self.fault(fault.field, fault.code, fault.message) }
    return fingerprint.map {
      LicenseAPI.Instance(fingerprint: $0, hostname: hostname, version: version, domainHash: domainHash)
    }
  }

  fileprivate mutating func usage() -> (users: Int64, clicks24h: Int64) {
    guard let value = value("usage"), !value.isNull else { return (0, 0) }
    guard var reader = try? FieldReader(value, path: "usage") else {
      fault("usage", "type", "must be an object with users and clicks_24h")
      return (0, 0)
    }
    let usage = ((reader.optionalInt("users") ?? nil) ?? 0, (reader.optionalInt("clicks_24h") ?? nil) ?? 0)
    for fault in reader.faults { self.fault(fault.field, fault.code, fault.message) }
    return usage
  }

  /// Both values, or all faults. Unknown fields are none.
  fileprivate func complete<A, B>(_ first: A?, _ second: B?) throws(Problem) -> (A, B) {
    guard faults.isEmpty, let first, let second else { throw .validation(faults) }
    return (first, second)
  }
}
