/// What a user may choose to see.
enum Preference: String, Sendable {
  /// The click log's columns: a list of names.
  case clickColumns = "click_columns"
  /// The conversion log's.
  case conversionColumns = "conversion_columns"
  /// Whether the way to the first campaign is shown on the dashboard.
  case firstSteps = "first_steps"
}
