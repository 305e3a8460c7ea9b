import Core
import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite struct RateLimiterTests {
  let clock = TestClock()

  @Test func theLimitIsReachedAndFreedAgain() throws {
    let limiter = RateLimiter<String>(limit: 10, window: .minutes(15), clock: clock)
    for _ in 0..<10 { #expect(limiter.charge("a") == nil) }
    let wait = try #require(limiter.charge("a"))
    #expect((840...960).contains(wait))
    #expect(limiter.wait("a") == wait)
    #expect(limiter.charge("b") == nil)
    clock.advance(by: .seconds(wait - 1))
    #expect(limiter.charge("a") != nil)
    clock.advance(by: .seconds(1))
    #expect(limiter.charge("a") == nil)
  }

  @Test func inNoWindowAreMoreThanTheLimit() {
    let limiter = RateLimiter<Int>(limit: 20, window: .seconds(60), clock: clock)
    var generator = SystemRandomNumberGenerator()
    var admitted: [Timestamp] = []
    for _ in 0..<3_000 {
      clock.advance(by: .milliseconds(Int64.random(in: 0...2_000, using: &generator)))
      if limiter.charge(1) == nil { admitted.append(clock.now()) }
    }
    for (index, time) in admitted.enumerated() where index >= 20 {
      #expect(time - admitted[index - 20] >= .seconds(60))
    }
    #expect(admitted.count > 600)
  }

  @Test func whatTurnedOutRightIsTakenBack() {
    let limiter = RateLimiter<String>(limit: 2, window: .seconds(60), clock: clock)
    for _ in 0..<50 {
      #expect(limiter.charge("a") == nil)
      clock.advance(by: .seconds(1))
      limiter.refund("a")
    }
    #expect(limiter.keyCount == 0)
    limiter.refund("never charged")
    #expect(limiter.charge("a") == nil && limiter.charge("a") == nil && limiter.charge("a") != nil)
    limiter.reset("a")
    #expect(limiter.charge("a") == nil)
  }

  @Test func memoryIsBoundedAndTheBusiestStay() {
    let limiter = RateLimiter<Int>(limit: 3, window: .seconds(60), maxKeys: 100, clock: clock)
    for _ in 0..<3 { _ = limiter.charge(-1) }
    for key in 0..<10_000 {
      _ = limiter.charge(key)
      if key % 20 == 0 { #expect(limiter.charge(-1) != nil) }
    }
    #expect(limiter.keyCount <= 100)
  }

  @Test func concurrentChargesAreCountedExactly() async {
    let limiter = RateLimiter<Int>(limit: 100, window: .seconds(60), clock: clock)
    let admitted = await withTaskGroup(of: Bool.self) { tasks in
      for _ in 0..<500 { tasks.addTask { limiter.charge(1) == nil } }
      return await tasks.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(admitted == 100)
  }

  @Test func aRefusalIs429WithRetryAfter() {
    let limiter = RateLimiter<IPAddress>(limit: 0, window: .seconds(60), clock: clock)
    let error = #expect(throws: Problem.self) { try limiter.admit(IPAddress(v4: 1)) }
    #expect(error?.status == 429 && (error?.retryAfter ?? 0) > 0)
    #expect(Reply.problem(.tooManyRequests(retryAfter: 7)).fields[.retryAfter] == "7")
  }

  @Test func anIPv6UserIsOneNetwork() throws {
    let one = try #require(IPAddress("2001:db8:1:2:3::4")), other = try #require(IPAddress("2001:db8:1:2:9:9:9:9"))
    #expect(one.limitKey == other.limitKey)
    let four = try #require(IPAddress("192.0.2.1"))
    #expect(four.limitKey == four)
  }
}
