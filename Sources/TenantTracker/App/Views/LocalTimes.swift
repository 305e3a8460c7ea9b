import Analytics
import Core
import Foundation
import Web

/// Moments shown in the tenant's time zone.
struct LocalTimes: Sendable {
  let zone: TimeZone

  /// - Parameter other: the zone that a page was asked for instead.
  init(_ settings: TenantSettings, in other: String?) {
    let asked = other.flatMap { TimeZoneName($0) }.flatMap { TimeZone(identifier: $0.description) }
    zone = asked ?? LocalTimes(settings).zone
  }

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

  /// 0 to 23.
  func hour(_ time: Timestamp) -> Int64 { local(time).seconds / 3_600 % 24 }

  func date(_ time: Timestamp) -> String { String(local(time).rfc3339.prefix(10)) }

  /// The wall clock's reading as if it were UTC.
  private func local(_ time: Timestamp) -> Timestamp {
    let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time.seconds)))
    return time + .seconds(Int64(offset))
  }
}
