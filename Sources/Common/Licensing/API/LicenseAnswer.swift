public import Core

/// The answer to activate, validate, heartbeat and deactivate: always 200, the decision is inside.
public struct LicenseAnswer: Sendable, Hashable {
  /// `{id, plan, status, expires_at, features, limits:{users}}`
  public struct License: Sendable, Hashable {
    public var id: Int64
    public var status: LicenseStatus
    public var expiresAt: Timestamp?
    public var entitlements: Entitlements

    public init(id: Int64, status: LicenseStatus, expiresAt: Timestamp?, entitlements: Entitlements) {
      self.id = id
      self.status = status
      self.expiresAt = expiresAt
      self.entitlements = entitlements
    }

    public var json: JSONValue {
      [
        "id": .int(id), "plan": .string(entitlements.plan), "status": .string(status.rawValue),
        "expires_at": JSONValue(expiresAt), "features": entitlements.featuresJSON, "limits": entitlements.limitsJSON,
      ]
    }

    init?(json: JSONValue) {
      guard let id = json["id"]?.intValue, let status = json["status"]?.stringValue.flatMap(LicenseStatus.init),
        let entitlements = Entitlements(members: json)
      else { return nil }
      self.init(id: id, status: status, expiresAt: json["expires_at"]?.timestamp, entitlements: entitlements)
    }
  }

  public var isValid: Bool
  public var code: LicenseCode
  /// Nil when there is no such licence.
  public var license: License?
  public var instanceID: Int64?
  /// A JWS of ``LeaseClaims``; on activate and heartbeat when they go well.
  public var lease: String?
  /// A JWS of ``SignedDecision``: what the tracker believes, rather than the members beside it.
  public var signed: String
  /// For instance `CLONE_SUSPECTED`.
  public var warnings: [String]

  public init(
    isValid: Bool, code: LicenseCode, license: License?, instanceID: Int64? = nil, lease: String? = nil,
    signed: String,
    warnings: [String] = []
  ) {
    self.isValid = isValid
    self.code = code
    self.license = license
    self.instanceID = instanceID
    self.lease = lease
    self.signed = signed
    self.warnings = warnings
  }

  public var json: JSONValue {
    var object: JSONObject = [
      "valid": .bool(isValid), "code": .string(code.rawValue), "license": .optional(license?.json),
      "instance": .optional(instanceID.map { ["id": .int($0)] }),
    ]
    if let lease { object["lease"] = .string(lease) }
    object["signed"] = .string(signed)
    if !warnings.isEmpty { object["warnings"] = JSONValue(warnings) }
    return .object(object)
  }

  /// Nil when it is no answer of a licence server: a captive portal's, say.
  public init?(json: JSONValue) {
    guard let isValid = json["valid"]?.boolValue, let code = json["code"]?.stringValue.flatMap(LicenseCode.init),
      let signed = json["signed"]?.stringValue
    else { return nil }
    self.init(
      isValid: isValid, code: code, license: json["license"].flatMap(License.init(json:)),
      instanceID: json["instance"]?["id"]?.intValue, lease: json["lease"]?.stringValue, signed: signed,
      warnings: json["warnings"]?.arrayValue?.compactMap(\.stringValue) ?? [])
  }
}
