import Analytics
import Core
import Foundation
import Web

/// Moments shown in the tenant's time zone.
struct LocalTimes: Sendable {
  let zone: TimeZone

  init(_ settings: TenantSettings) { zone = TimeZone(identifier: settings.timeZone) ?? .gmt }

  /// `2026-11-21 10:00:05`, with the exact moment for machines.
  func callAsFunction(_ time: Timestamp?) -> HTML {
    guard let time else { return Parts.dash }
    return "<time datetime=\"\(time.rfc3339)\" title=\"\(time.rfc3339)\">\(text(time))</time>"
  }

  func text(_ time: Timestamp) -> String {
    let local = local(time).rfc3339
    return "\(local.prefix(10)) \(local.dropFirst(11).prefix(8))"
  }

  func date(_ time: Timestamp) -> String { String(local(time).rfc3339.prefix(10)) }

  /// The wall clock's reading as if it were UTC.
  private func local(_ time: Timestamp) -> Timestamp {
    let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time.seconds)))
    return time + .seconds(Int64(offset))
  }
}
