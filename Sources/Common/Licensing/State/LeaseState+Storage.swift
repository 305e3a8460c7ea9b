public import Core

extension LeaseState {
  /// What to store. Leases and refusals are kept as signed, so that editing the database gives nobody more rights.
  public var json: JSONValue {
    var object: JSONObject = [
      "lease": JSONValue(lease?.token), "refusal": JSONValue(refusal?.token), "last_contact": JSONValue(lastContact),
      "max_seen_time": JSONValue(maxSeenTime), "clock_offset_seconds": .int(clockOffset.components.seconds),
      "license_expires_at": JSONValue(licenseExpiresAt), "clones": clones.json,
    ]
    if let givenBack {
      object["given_back"] = ["license": .string(givenBack.licenseID), "seq": .int(givenBack.sequence)]
    }
    return .object(object)
  }

  /// What was stored, every signature checked again. A lease that doesn't verify (edited, for another instance, or
  /// signed with a key that is gone) is left out, and so is a refusal: rights come from a valid lease only.
  public init(json: JSONValue, verifier: LeaseVerifier, fingerprint: String) {
    self.init()
    lease = json["lease"]?.stringValue.flatMap { try? verifier.lease($0, fingerprint: fingerprint) }
    refusal = json["refusal"]?.stringValue.flatMap { try? verifier.decision($0) }
    lastContact = json["last_contact"]?.timestamp
    maxSeenTime = json["max_seen_time"]?.timestamp
    clockOffset = .seconds(json["clock_offset_seconds"]?.intValue ?? 0)
    licenseExpiresAt = json["license_expires_at"]?.timestamp
    clones = json["clones"].flatMap(CloneWatch.init(json:)) ?? CloneWatch()
    if let former = json["given_back"], let license = former["license"]?.stringValue,
      let sequence = former["seq"]?.intValue
    {
      givenBack = GivenBack(licenseID: license, sequence: sequence)
    }
  }
}

extension JSONValue {
  var timestamp: Timestamp? { stringValue.flatMap { Timestamp(rfc3339: $0) } }
}
