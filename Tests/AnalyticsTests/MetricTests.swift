import Core
import Testing

@testable import Analytics

@Suite struct MetricTests {
  private func base(_ values: KeyValuePairs<BaseMetric, Int64>) -> BaseValues {
    var base = BaseValues()
    for (metric, value) in values { base[metric] = value }
    return base
  }

  /// The documents' example: $500, 10,000 clicks, 150 conversions, $4,500.
  @Test func theDocumentsExample() {
    let values = base([
      .clicks: 10_000, .conversions: 150, .orders: 150, .customers: 150, .cost: 500_000_000, .revenue: 4_500_000_000,
    ])
    #expect(Metric.roas.value(of: values)?.text == "9")
    #expect(Metric.aov.value(of: values)?.text == "30.00")
    #expect(Metric.cac.value(of: values)?.text == "3.333333")
    #expect(Metric.ltv.value(of: values)?.text == "30.00")
    #expect(Metric.rpc.value(of: values) == Metric.epc.value(of: values))
    #expect(Metric.repeatRate.value(of: values)?.text == "0")
    #expect(Metric.epc.value(of: values)?.text == "0.45")
    #expect(Metric.cpa.value(of: values)?.text == "3.333333")
    #expect(Metric.profit.value(of: values)?.text == "4000.00")
    #expect(Metric.roi.value(of: values)?.json == .number("800"))
    #expect(Metric.cr.value(of: values)?.json == .number("1.5"))
    #expect(Metric.cpl.value(of: values) == nil)
  }

  @Test func divisionByZeroIsNothing() {
    for metric in Metric.allCases {
      #expect((metric.value(of: BaseValues()) == nil) == metric.isRatio)
    }
  }

  @Test func ratiosRoundHalfToEvenOnce() {
    // 0.0000005 and 0.0000015 of a unit: ties, to the even neighbour.
    #expect(Metric.epc.value(of: base([.clicks: 2, .revenue: 1])) == .money(.zero))
    #expect(Metric.epc.value(of: base([.clicks: 2, .revenue: 3])) == .money(Micros(rawValue: 2)))
    #expect(Metric.cr.value(of: base([.clicks: 3, .conversions: 1]))?.text == "33.3333")
    #expect(Metric.cr.value(of: base([.clicks: 3, .conversions: 2]))?.text == "66.6667")
    // 1/160,000 is 0.000625 %: five in the fifth place after an even digit... 0.0006|25.
    #expect(Metric.cr.value(of: base([.clicks: 160_000, .conversions: 1]))?.text == "0.0006")
    #expect(Metric.cr.value(of: base([.clicks: 2_000_000, .conversions: 1]))?.text == "0")
    #expect(Metric.cr.value(of: base([.clicks: 2_000_000, .conversions: 3]))?.text == "0.0002")
  }

  @Test func lossesAreNegative() {
    let values = base([.cost: 3_000_000, .revenue: 1_000_000])
    #expect(Metric.profit.value(of: values)?.json == .string("-2.00"))
    #expect(Metric.roi.value(of: values)?.json == .number("-66.6667"))
    #expect(Metric.roi.value(of: base([.cost: 1_000_000])) == .percent(tenThousandths: -1_000_000))
  }

  @Test func sumsBeyondFiftyThreeBitsStayExact() {
    let values = base([.revenue: 9_007_199_254_740_993, .cost: 1])
    #expect(Metric.revenue.value(of: values)?.text == "9007199254.740993")
    #expect(Metric.profit.value(of: values)?.text == "9007199254.740992")
    // A ratio too large for 64 bits stops at the bound instead of trapping.
    #expect(Metric.roi.value(of: base([.revenue: .max, .cost: 1])) == .percent(tenThousandths: .max))
  }

  @Test func halfEvenDivisionAgreesWithItsDefinition() {
    for dividend in Int128(-40)...40 {
      for divisor: Int128 in [-7, -4, -2, -1, 1, 2, 3, 4, 10] {
        let quotient = dividend.dividedHalfEven(by: divisor)
        let error = (quotient * divisor - dividend).magnitude * 2
        #expect(error < divisor.magnitude || (error == divisor.magnitude && quotient.isMultiple(of: 2)))
      }
    }
  }
}
