import ClickPath
import Core
import Foundation

extension ZoneRecord {
  /// A zone's offset now and its changes of the next two years; nil when there is no such zone.
  static func around(_ now: Timestamp, _ name: String) -> ZoneRecord? {
    guard let zone = TimeZone(identifier: name) else { return nil }
    var date = Date(timeIntervalSince1970: Double((now - .days(2)).seconds))
    let end = date.addingTimeInterval(2 * 366 * 86_400)
    let firstOffset = zone.secondsFromGMT(for: date)
    var changes: [ZoneRecord.Change] = []
    while let next = zone.nextDaylightSavingTimeTransition(after: date), next < end {
      changes.append(
        .init(at: Timestamp(seconds: Int64(next.timeIntervalSince1970)), offset: zone.secondsFromGMT(for: next)))
      date = next
    }
    return ZoneRecord(name: name, firstOffset: firstOffset, changes: changes)
  }
}
