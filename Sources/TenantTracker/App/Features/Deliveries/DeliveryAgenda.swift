import Core

/// Which tenant's deliveries are looked at next. Tenants take turns, so one with a long queue delays no other; a tenant
/// without anything due is not looked at.
struct DeliveryAgenda: Sendable {
  /// Those with something to do now, the longest unserved first.
  private var ring: [Int64] = []
  private var members: Set<Int64> = []
  /// When those without have something again.
  private var later: [Int64: Timestamp] = [:]
  /// Those who found a target's slots taken.
  private var starved: Set<Int64> = []
  /// Being looked at; told of meanwhile, they come again.
  private var busy: [Int64: Bool] = [:]

  /// The tenant has something, or may have.
  mutating func tell(_ tenantID: Int64) {
    if busy[tenantID] != nil {
      busy[tenantID] = true
    } else if members.insert(tenantID).inserted {
      ring.append(tenantID)
    }
  }

  mutating func tell(_ tenantID: Int64, at time: Timestamp) {
    later[tenantID] = min(later[tenantID] ?? time, time)
  }

  /// A target has a free slot again: whoever found none looks again.
  mutating func slotsAreFree() {
    for tenantID in starved { tell(tenantID) }
    starved = []
  }

  /// Moves those whose time has come to those with something to do.
  mutating func advance(to now: Timestamp) {
    for (tenantID, time) in later where time <= now {
      later[tenantID] = nil
      tell(tenantID)
    }
  }

  /// The next tenant to look at; it stays out until ``end(_:found:next:isRestricted:)``.
  mutating func begin() -> Int64? {
    guard !ring.isEmpty else { return nil }
    let tenantID = ring.removeFirst()
    members.remove(tenantID)
    busy[tenantID] = false
    return tenantID
  }

  /// - Parameters:
  ///   - found: whether there was something: then there may be more.
  ///   - next: when there will be something again, as far as known.
  ///   - isRestricted: something due may wait for a slot.
  mutating func end(_ tenantID: Int64, found: Bool, next: Timestamp?, isRestricted: Bool) {
    let wasTold = busy.removeValue(forKey: tenantID) ?? false
    if found || wasTold { tell(tenantID) }
    if let next { tell(tenantID, at: next) }
    if !found, isRestricted { starved.insert(tenantID) }
  }

  /// Those that want a turn or have one.
  var activeCount: Int { ring.count + busy.count }
  var busyCount: Int { busy.count }
}
