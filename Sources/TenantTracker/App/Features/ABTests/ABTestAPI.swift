import Analytics
import Core
import Licensing
import Web

/// `GET /ab-test`: variants compared, with a verdict.
struct ABTestAPI: Sendable {
  let desk: ABTestDesk

  func register(in table: inout TrackerTable) {
    table.on(
      .get, "/ab-test", .read(.reports), "Landing pages, offers or flows of a campaign compared: who wins, how surely",
      feature: Feature.abTesting.rawValue, query: ABTestQuestion.parameters, answer: Self.schema
    ) { call in
      let zone = try await desk.settings.all(of: call.place.scope).zone
      return .json(try await desk.findings(try ABTestQuestion(call, zone: zone), of: call.place.scope).json)
    }
  }

  private static let share = Schema.number.nullable
  private static let interval = Schema.array(.number).nullable

  private static let variantSchema = Schema.object([
    .required("id", .integer), .required("name", .string.nullable), .required("is_control", .boolean),
    .required("clicks", .integer), .required("conversions", .integer), .required("revenue", .money),
    .required("cr", share.described("Percent, rounded as in reports.")),
    .required("cr_interval", interval.described("Wilson's interval at 95 %, in parts of one.")),
    .required("uplift", share.described("Relative to the control, in parts of one.")),
    .required(
      "difference_interval",
      interval.described("Of the rate minus the control's, in parts of one; valid however often one looks.")),
    .required("p", share.described("Two-sided z-test against the control, corrected by Holm; null below the floor.")),
    .required("p_any_time", share.described("Valid however often one looks, not corrected for more variants.")),
    .required("confidence", share.described("1 - p.")),
    .required("probability_best", share.described("That it converts best of all.")),
    .required("epc", Schema.money.nullable),
    .required("epc_p", share.described("Welch's t-test of revenue per click against the control, corrected by Holm.")),
    .required("epc_confidence", share.described("1 - epc_p.")),
  ])

  private static let schema = Schema.object([
    .required(
      "tests",
      .array(
        .object([
          .required("campaign_id", .integer), .required("campaign", .string.nullable),
          .required("variants", .array(variantSchema)),
          .required("left_out", Schema.integer.described("Variants with the fewest clicks, beyond 20.")),
          .required("control_id", .integer), .required("verdict", .choice(ABVerdict.codes)),
          .required("winner_id", .integer.nullable), .required("days_left", .integer.nullable),
          .required("sentence", .string),
        ]))),
    .required("test_count", Schema.integer.described("Campaigns with a test, those past the twentieth too.")),
    .required("by", .choice(ABTestQuestion.Subject.allCases.map(\.rawValue))),
    .required("effect", Schema.integer.described("Percent.")),
    .required("min_clicks", .integer), .required("currency", .string), .required("from", .date),
    .required("to", .date), .required("tz", .string),
  ])
}

extension ABTestDesk.Findings {
  var json: JSONValue {
    [
      "tests": .array(tests.map { $0.json(question) }), "test_count": .int(count),
      "by": .string(question.subject.rawValue), "effect": .int(question.effectPercent),
      "min_clicks": .int(ABTest.fewestClicks), "currency": JSONValue(currency), "from": JSONValue(window.days.from),
      "to": JSONValue(window.days.to), "tz": .string(question.zone.description),
    ]
  }
}

extension ABTest {
  fileprivate func json(_ question: ABTestQuestion) -> JSONValue {
    [
      "campaign_id": .int(campaignID), "campaign": JSONValue(campaign),
      "variants": .array(variants.indices.map(json)), "left_out": .int(leftOut), "control_id": .int(control),
      "verdict": .string(verdict.code), "winner_id": JSONValue(verdict.winner?.id),
      "days_left": JSONValue(verdict.daysLeft),
      "sentence": .string(verdict.sentence(question.subject.noun, effect: question.effect)),
    ]
  }

  private func json(_ index: Int) -> JSONValue {
    let (variant, comparison) = (variants[index], comparisons[index])
    return [
      "id": .int(variant.id), "name": JSONValue(variant.name), "is_control": .bool(variant.id == control),
      "clicks": .int(variant.clicks), "conversions": .int(variant.conversions),
      "revenue": JSONValue(Micros(rawValue: variant.base[.revenue])),
      "cr": Metric.cr.value(of: variant.base)?.json ?? .null, "cr_interval": Self.json(variant.rate.wilsonInterval()),
      "uplift": Self.json(comparison?.uplift), "difference_interval": Self.json(comparison?.always?.interval),
      "p": Self.json(comparison?.p), "p_any_time": Self.json(comparison?.always?.p),
      "confidence": Self.json(comparison?.confidence), "probability_best": .double(probabilities[index]),
      "epc": Metric.epc.value(of: variant.base)?.json ?? .null, "epc_p": Self.json(comparison?.revenueP),
      "epc_confidence": Self.json(comparison?.revenueConfidence),
    ]
  }

  private static func json(_ value: Double?) -> JSONValue { value.map { JSONValue.double($0) } ?? .null }

  private static func json(_ interval: ClosedRange<Double>?) -> JSONValue {
    interval.map { .array([.double($0.lowerBound), .double($0.upperBound)]) } ?? .null
  }
}
