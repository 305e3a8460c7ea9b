import Core
import Licensing
import Testing

@testable import TenantTracker

@Suite struct LicenseMemoryTests {
  private let now = Timestamp(seconds: 1_800_000_000)

  private func record(_ key: String) -> LicenseRecord {
    LicenseRecord(instanceID: "i", sealedKey: key, keyLastFour: nil, keys: JWKS([]), state: LeaseState())
  }

  @Test func aReadingIsRememberedForFiveSeconds() {
    let memory = LicenseMemory()
    memory.remember(read: record("a"), of: 1, since: memory.begin(), at: now)
    #expect(memory.record(of: 1, at: now + .milliseconds(4_999))?.sealedKey == "a")
    #expect(memory.record(of: 1, at: now + .seconds(5)) == nil)
    #expect(memory.record(of: 1, at: now - .seconds(1)) == nil, "the clock was set back")
    #expect(memory.record(of: 2, at: now) == nil)
  }

  @Test func aReadingThatBeganBeforeAChangeDoesNotUndoIt() {
    let memory = LicenseMemory()
    let reading = memory.begin()
    memory.remember(changed: record("new"), of: 1, since: memory.begin(), at: now)
    memory.remember(read: record("old"), of: 1, since: reading, at: now)
    #expect(memory.record(of: 1, at: now)?.sealedKey == "new")
    memory.remember(read: record("another node's"), of: 1, since: memory.begin(), at: now)
    #expect(memory.record(of: 1, at: now)?.sealedKey == "another node's")
  }

  @Test func aChangeOfOneTenantLeavesAnothersReadingAlone() {
    let memory = LicenseMemory()
    let reading = memory.begin()
    memory.remember(changed: record("x"), of: 1, since: memory.begin(), at: now)
    memory.remember(read: record("y"), of: 2, since: reading, at: now)
    #expect(memory.record(of: 2, at: now)?.sealedKey == "y")
  }

  @Test func afterTwoChangesAtOnceTheDatabaseIsAsked() {
    let memory = LicenseMemory()
    let (first, second) = (memory.begin(), memory.begin())
    memory.remember(changed: record("b"), of: 1, since: second, at: now)
    memory.remember(changed: record("a"), of: 1, since: first, at: now)
    #expect(memory.record(of: 1, at: now) == nil)
    memory.remember(read: record("c"), of: 1, since: memory.begin(), at: now)
    #expect(memory.record(of: 1, at: now)?.sealedKey == "c")
  }
}
