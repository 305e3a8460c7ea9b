import Core
import Foundation
import Testing

@testable import Analytics

/// Against scipy's answers: `statistics.json`, which `make-golden` beside it makes.
@Suite struct StatisticsTests {
  private static func cases(_ name: String) throws -> [JSONValue] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "statistics.json")
    return try #require(try JSONValue.parse(Data(contentsOf: file))[name]?.arrayValue)
  }

  @Test func theNormalDistribution() throws {
    for item in try Self.cases("normal") {
      let z = try item.double("z")
      #expect(isNear(NormalDistribution.cumulative(z), try item.double("cumulative")))
      #expect(isNear(NormalDistribution.twoSided(z), try item.double("twoSided")))
    }
    for item in try Self.cases("quantile") {
      #expect(isNear(NormalDistribution.quantile(try item.double("probability")), try item.double("z")))
    }
    #expect(NormalDistribution.quantile(0) == -.infinity)
    #expect(NormalDistribution.quantile(1) == .infinity)
  }

  @Test func studentsDistribution() throws {
    for item in try Self.cases("student") {
      let (t, freedom) = (try item.double("t"), try item.double("freedom"))
      #expect(isNear(StudentDistribution.cumulative(t, freedom: freedom), try item.double("cumulative")), "\(item)")
      #expect(isNear(StudentDistribution.twoSided(t, freedom: freedom), try item.double("twoSided")), "\(item)")
    }
  }

  @Test func theBetaDistribution() throws {
    for item in try Self.cases("beta") {
      let value = SpecialFunctions.regularizedBeta(try item.double("x"), try item.double("a"), try item.double("b"))
      #expect(isNear(value, try item.double("cumulative")), "\(item)")
    }
    #expect(SpecialFunctions.regularizedBeta(0, 3, 4) == 0)
    #expect(SpecialFunctions.regularizedBeta(1, 3, 4) == 1)
  }

  @Test func wilsonsInterval() throws {
    for item in try Self.cases("wilson") {
      let interval = try #require(try item.proportion().wilsonInterval())
      #expect(isNear(interval.lowerBound, try item.double("low")), "\(item)")
      #expect(isNear(interval.upperBound, try item.double("high")), "\(item)")
    }
    #expect(Proportion(0, of: 0).wilsonInterval() == nil)
    #expect(Proportion(7, of: 5) == Proportion(5, of: 5))
  }

  @Test func twoProportionsAndTheIntervalThatIsAlwaysValid() throws {
    for item in try Self.cases("proportions") {
      let (first, second) = (try item.proportion("first"), try item.proportion("second"))
      let test = try #require(ProportionTest(first, second))
      #expect(isNear(test.z, try item.double("z")), "\(item)")
      #expect(isNear(test.p, try item.double("p")), "\(item)")
      let always = try #require(AlwaysValidInterval(first, second))
      #expect(isNear(always.interval.lowerBound, try item.double("alwaysValidLow")), "\(item)")
      #expect(isNear(always.interval.upperBound, try item.double("alwaysValidHigh")), "\(item)")
      #expect(isNear(always.p, try item.double("alwaysValidP")), "\(item)")
      #expect(always.p >= test.p, "looking as often as one likes costs something")
    }
    #expect(ProportionTest(Proportion(0, of: 10), Proportion(0, of: 20)) == nil)
    #expect(ProportionTest(Proportion(1, of: 10), Proportion(0, of: 0)) == nil)
  }

  @Test func holmsCorrection() throws {
    for item in try Self.cases("holm") {
      let adjusted = HolmCorrection.adjusted(try item.doubles("values"))
      #expect(zip(adjusted, try item.doubles("adjusted")).allSatisfy(isNear), "\(item)")
    }
    #expect(HolmCorrection.adjusted([]).isEmpty)
  }

  @Test func welchsTest() throws {
    for item in try Self.cases("welch") {
      let test = try #require(WelchTest(try item.sums("first"), try item.sums("second")))
      #expect(isNear(test.t, try item.double("t")), "\(item)")
      #expect(isNear(test.freedom / (try item.double("freedom")), 1), "\(item)")
      #expect(isNear(test.p, try item.double("p")), "\(item)")
    }
    let nothing = SampleSums(count: 100, sum: 0, sumOfSquares: 0)
    #expect(WelchTest(nothing, nothing) == nil)
    #expect(WelchTest(nothing, SampleSums(count: 1, sum: 1, sumOfSquares: 1)) == nil)
  }

  @Test func theProbabilityOfBeingBest() throws {
    for item in try Self.cases("best") {
      let variants = try #require(item["variants"]?.arrayValue).map { try $0.pair() }
      let found = BestVariant.probabilities(variants)
      #expect(zip(found, try item.doubles("probabilities")).allSatisfy(isNear), "\(item) \(found)")
      #expect(isNear(found.reduce(0, +), 1))
      #expect(BestVariant.probabilities(variants) == found)
    }
    #expect(BestVariant.probabilities([Proportion(1, of: 2)]) == [1])
    #expect(BestVariant.probabilities([]).isEmpty)
  }

  @Test func howManyClicksATestNeeds() throws {
    for item in try Self.cases("sampleSize") {
      let needed = SampleSize.perVariant(
        rate: try item.double("rate"), effect: try item.double("effect"), power: try item.double("power"))
      #expect(isNear(try #require(needed) / (try item.double("trials")), 1), "\(item)")
    }
    #expect(SampleSize.perVariant(rate: 0, effect: 0.2) == nil)
    #expect(SampleSize.perVariant(rate: 0.9, effect: 0.2) == nil)
    #expect(SampleSize.days(until: 1000, trials: 250, over: 5) == 15)
    #expect(SampleSize.days(until: 1000, trials: 1000, over: 5) == 0)
    #expect(SampleSize.days(until: 1000, trials: 0, over: 5) == nil)
  }
}

private func isNear(_ found: Double, _ expected: Double) -> Bool { (found - expected).magnitude <= 1e-6 }

extension JSONValue {
  fileprivate var double: Double? { if case .number(let text) = self { Double(text) } else { nil } }

  fileprivate func double(_ name: String) throws -> Double { try #require(self[name]?.double) }

  fileprivate func doubles(_ name: String) throws -> [Double] {
    let numbers = self[name]?.arrayValue?.compactMap { $0.double }
    return try #require(numbers)
  }

  fileprivate func proportion(_ name: String) throws -> Proportion { try #require(self[name]).pair() }

  fileprivate func proportion() throws -> Proportion {
    Proportion(try #require(self["successes"]?.intValue), of: try #require(self["trials"]?.intValue))
  }

  fileprivate func pair() throws -> Proportion {
    let given = arrayValue?.compactMap { $0.intValue }
    let counts = try #require(given)
    return Proportion(counts[0], of: counts[1])
  }

  fileprivate func sums(_ name: String) throws -> SampleSums {
    let sums = try #require(self[name])
    return SampleSums(
      count: try #require(sums["count"]?.intValue), sum: try sums.double("sum"),
      sumOfSquares: try sums.double("sumOfSquares"))
  }
}
