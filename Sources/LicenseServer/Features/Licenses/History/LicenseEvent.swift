import Core
import Database

/// Something that happened to a licence. The raw values are what machines read: they never change.
enum LicenseEventKind: String, CaseIterable, Sendable, SQLValue, SQLDecodable {
  case issued, renewed, suspended, reinstated, revoked, expired, overridden
  case trialStarted = "trial_started"
  case trialConverted = "trial_converted"
  case trialEnded = "trial_ended"
  case planChanged = "plan_changed"
  case keyRotated = "key_rotated"
  case expiryReminded = "expiry_reminded"
  case tagged, noted
  case activated, deactivated, banned, unbanned
  /// Another machine took a free place that was still held: counts against the transfer allowance.
  case moved
  /// The same instance under another public domain: counts too.
  case rebound
  case offlineLeaseIssued = "offline_lease_issued"
  case heartbeatLost = "heartbeat_lost"
  case heartbeatBack = "heartbeat_back"
  case cloneSuspected = "clone_suspected"
  case cloneAcknowledged = "clone_acknowledged"

  /// What other systems are told with it.
  var announcement: VendorEventType? {
    switch self {
    case .issued, .trialStarted: .licenseCreated
    case .renewed: .licenseRenewed
    case .suspended: .licenseSuspended
    case .reinstated: .licenseReinstated
    case .revoked: .licenseRevoked
    case .expired, .trialEnded: .licenseExpired
    case .planChanged: .licensePlanChanged
    case .keyRotated: .licenseKeyRotated
    case .expiryReminded: .licenseExpiring
    case .activated: .licenseActivated
    case .deactivated: .licenseDeactivated
    case .cloneSuspected: .licenseCloneSuspected
    case .overridden, .trialConverted, .tagged, .noted, .banned, .unbanned, .moved, .rebound, .offlineLeaseIssued,
      .heartbeatLost, .heartbeatBack, .cloneAcknowledged:
      nil
    }
  }

  /// For people.
  var title: String {
    let words = rawValue.replacing("_", with: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}

/// An entry of a licence's history, as it was written.
struct LicenseEvent: Sendable, Identifiable {
  let id: Int64
  let kind: LicenseEventKind
  let instanceID: Int64?
  let actor: String
  let data: JSONValue
  let at: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "at": JSONValue(at), "kind": .string(kind.rawValue), "actor": .string(actor),
      "instance_id": JSONValue(instanceID), "data": data,
    ]
  }
}

extension Actor {
  /// What the server does by itself: schedules, and what follows from a payment.
  static let server = Actor(name: "license server", address: nil)
  /// An instance, by its own request.
  static func instance(_ hostname: String?) -> Actor {
    Actor(name: hostname.map { "instance \($0)" } ?? "instance", address: nil)
  }
}
