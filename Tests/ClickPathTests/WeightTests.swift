import Testing

@testable import ClickPath

@Suite struct WeightTests {
  private func shares(_ weights: [Int], draws: Int = 100_000, seed: UInt64 = 7) -> [Double] {
    let table = WeightTable(weights.enumerated().map { ($0.offset, $0.element) }) { "item:\($0)" }
    let generator = ChaChaGenerator(seed: seed)
    var counts = Array(repeating: 0, count: weights.count)
    for _ in 0..<draws {
      if let entry = table.draw(generator) { counts[entry.item] += 1 }
    }
    return counts.map { Double($0) / Double(draws) }
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func weights100And50Split67To33WithinOnePercent(_ seed: UInt64) {
    let shares = shares([100, 50], seed: seed)
    #expect(abs(shares[0] - 2.0 / 3) < 0.01)
    #expect(abs(shares[1] - 1.0 / 3) < 0.01)
  }

  @Test(arguments: [[1], [1, 1, 1], [1, 2, 3, 4], [0, 7, 0, 3, 0], [1_000_000, 1], [5, 0]])
  func everyItemGetsItsShareAndWeightZeroGetsNothing(_ weights: [Int]) {
    let total = Double(weights.reduce(0, +))
    for (share, weight) in zip(shares(weights), weights) {
      #expect(abs(share - Double(weight) / total) < 0.01)
      if weight == 0 { #expect(share == 0) }
    }
  }

  @Test func nothingIsDrawnWhenNothingHasWeight() {
    let table = WeightTable([("a", 0), ("b", 0), ("c", -5)]) { $0 }
    #expect(table.draw(ChaChaGenerator(seed: 1)) == nil)
    #expect(WeightTable([(item: String, weight: Int)]()) { $0 }.draw(ChaChaGenerator(seed: 1)) == nil)
  }

  @Test func absurdWeightsDoNotOverflow() {
    let table = WeightTable([("a", Int.max), ("b", Int.max), ("c", Int.max)]) { $0 }
    #expect(table.total == 3_000_000_000)
    #expect(table.draw(ChaChaGenerator(seed: 1)) != nil)
  }

  @Test(arguments: [
    ([100, 50], [100, 100]), ([1, 2, 3], [100, 100, 100]), ([5, 0, 9], [100, 0, 100]), ([0, 0], [100, 100]), ([], []),
  ])
  func balanceMakesTheWeightsInUseEqual(_ before: [Int], _ after: [Int]) {
    #expect(Weights.balance(before) == after)
  }

  @Test func aSeededGeneratorRepeatsItselfAnotherSeedDoesNot() {
    let numbers = { (seed: UInt64) in
      let generator = ChaChaGenerator(seed: seed)
      return (0..<100).map { _ in generator.next() }
    }
    #expect(numbers(1) == numbers(1))
    #expect(numbers(1) != numbers(2))
    #expect(Set(numbers(1)).count == 100)
    let system = ChaChaGenerator()
    #expect(system.next() != ChaChaGenerator().next())
  }

  @Test func theBlockFunctionIsRFC8439s() {
    // Section 2.3.2: key 00..1f, counter 1, nonce 00:00:00:09:00:00:00:4a:00:00:00:00, twenty rounds.
    let key = SIMD8<UInt32>(
      0x0302_0100, 0x0706_0504, 0x0b0a_0908, 0x0f0e_0d0c, 0x1312_1110, 0x1716_1514, 0x1b1a_1918, 0x1f1e_1d1c)
    let tail = SIMD4<UInt32>(1, 0x0900_0000, 0x4a00_0000, 0)
    let expected = SIMD16<UInt32>(
      0xe4e7_f110, 0x1559_3bd1, 0x1fdd_0f50, 0xc471_20a3, 0xc7f4_d1c7, 0x0368_c033, 0x9aaa_2204, 0x4e6c_d4c3,
      0x4664_82d2, 0x09aa_9f07, 0x05d7_c214, 0xa202_8bd9, 0xd19c_12b5, 0xb94e_16de, 0xe883_d0cb, 0x4e3c_50a2)
    #expect(ChaChaGenerator.block(key: key, tail: tail, doubleRounds: 10) == expected)
  }
}
