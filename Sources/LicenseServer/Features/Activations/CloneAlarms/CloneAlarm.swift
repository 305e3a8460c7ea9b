import Core
import Database
import Licensing

/// Two copies of one instance seem to be at work. It warns and takes nothing away; somebody should look at it.
struct CloneAlarm: Sendable, Identifiable {
  let id: Int64
  let licenseID: Int64
  let instanceID: Int64
  let customerEmail: EmailAddress
  let hostname: String
  /// How often numbers or domain went back and forth, as the watch counted.
  let evidence: JSONValue
  let raisedAt: Timestamp
  /// When a heartbeat last spoke for it.
  let lastSeenAt: Timestamp
  let acknowledgedAt: Timestamp?
  let acknowledgedBy: String?

  var json: JSONValue {
    [
      "id": .int(id), "license_id": .int(licenseID), "instance_id": .int(instanceID),
      "customer_email": .string(customerEmail.description), "hostname": .string(hostname), "evidence": evidence,
      "raised_at": JSONValue(raisedAt), "last_seen_at": JSONValue(lastSeenAt),
      "acknowledged_at": JSONValue(acknowledgedAt), "acknowledged_by": JSONValue(acknowledgedBy),
    ]
  }
}

/// To the vendor: an alarm was raised.
struct CloneAlarmMail: MailTemplate {
  static let kind = "clone_alarm"
  static let purpose = "To the vendor, when two copies of a tracker seem to share one activation"
  static let sample = CloneAlarmMail(
    licenseID: 17, customer: "ops@brightclick.example", hostname: "track.brightclick.example")

  let licenseID: Int64
  let customer: String
  let hostname: String

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "A copied tracker? \(hostname)",
      paragraphs: [
        "Two copies of one tracker seem to take turns on licence \(licenseID). Nothing was taken from the customer.",
        "A restored backup beside the original looks the same. Have a look, and acknowledge the alarm when it is dealt with.",
      ],
      facts: [("Customer", customer), ("Instance", hostname)],
      button: .page("Open the licence", "/admin/licenses/\(licenseID)"))
  }
}
