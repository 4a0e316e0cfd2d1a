# Writes data/*.csv from the data sets of R packages. On Debian: apt-get install r-base-core r-cran-forecast
# Usage, from the top of the repository: Rscript eng/export-data.R
options(digits = 15, scipen = 15)

stamp <- function(start, seconds, n) {
  format(as.POSIXct(start, tz = "UTC") + seconds * (seq_len(n) - 1), "%Y-%m-%dT%H:%M:%SZ", tz = "UTC")
}

write_csv <- function(frame, file) {
  write.table(frame, file, sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
}

# Half-hourly demand from Monday 5 June 2000.
data(taylor, package = "forecast")
write_csv(
  data.frame(time = stamp("2000-06-05", 1800, length(taylor)), demand_MW = as.numeric(taylor)),
  "data/taylor_halfhourly.csv")

# Trading days only and no dates in the set: consecutive days stand for consecutive trading days.
data(EuStockMarkets, package = "datasets")
write_csv(
  data.frame(time = stamp("1991-07-01", 86400, nrow(EuStockMarkets)), as.data.frame(EuStockMarkets)),
  "data/eu_stock_markets.csv")
