#include "drain.h"

#include <algorithm>

namespace pilotlight {
namespace {

template <typename Reader>
void read_into(Batch& batch, std::map<int, Reader>& readers, bool sideband) {
  for (auto& [cpu, reader] : readers) {
    const size_t offset = batch.bytes.size();
    reader.read(batch.bytes);
    const size_t size = batch.bytes.size() - offset;
    if (size) batch.chunks.push_back({cpu, sideband, offset, size});
  }
}

}  // namespace

Drain::Drain(uint32_t log_bytes, uint32_t interval_ms, uint32_t leisure_ms, std::shared_ptr<UnwindMaps> maps,
             Deliver deliver)
    : log_bytes_(log_bytes),
      interval_ms_(interval_ms),
      leisure_ms_(leisure_ms),
      maps_(std::move(maps)),
      deliver_(std::move(deliver)) {}

void Drain::add_log(int cpu, int fd) {
  LogReader reader(cpu, fd, log_bytes_);
  std::lock_guard<std::mutex> lock(mutex_);
  logs_.insert_or_assign(cpu, std::move(reader));
}

void Drain::add_sideband(int cpu, int fd) {
  SidebandReader reader(cpu, fd);
  std::lock_guard<std::mutex> lock(mutex_);
  sidebands_.insert_or_assign(cpu, std::move(reader));
}

void Drain::remove_sideband(int cpu) {
  std::lock_guard<std::mutex> lock(mutex_);
  sidebands_.erase(cpu);
}

uint64_t Drain::request() {
  std::lock_guard<std::mutex> lock(mutex_);
  wake_.notify_all();
  return ++requested_;
}

// With mutex_ held.
Batch Drain::read_all() {
  Batch batch;
  batch.request = requested_;
  batch.read_at_ns = read_at_ns_ = monotonic_ns();
  // Logs first: what a sample's mappings were is then in this batch or an earlier one.
  read_into(batch, logs_, false);
  read_into(batch, sidebands_, true);
  maps_->take_in(batch);
  answered_ = requested_;
  return batch;
}

// With mutex_ held.
bool Drain::due() const {
  if (requested_ > answered_) return true;
  if (monotonic_ns() - read_at_ns_ >= leisure_ms_ * UINT64_C(1000000)) return true;
  const auto filling = [this](const auto& item) { return item.second.unread_bytes() >= log_bytes_ / 4; };
  if (std::any_of(logs_.begin(), logs_.end(), filling)) return true;
  if (std::any_of(sidebands_.begin(), sidebands_.end(), [](const auto& item) { return item.second.has_records(); }))
    return true;
  return maps_->has_wanted();
}

void Drain::start() {
  thread_ = std::thread([this] { run(); });
}

void Drain::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, std::chrono::milliseconds(interval_ms_), [this] { return stopping_ || requested_ > answered_; });
    if (stopping_) return;
    if (!due()) continue;
    // A receiver that is behind leaves the records in the rings, where the program counts what no longer fits.
    if (requested_ == answered_ && !deliver_(nullptr)) continue;
    const bool asked = requested_ > answered_;
    Batch batch = read_all();
    if (asked || !batch.chunks.empty() || !batch.wanted.empty()) deliver_(&batch);
  }
}

void Drain::stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace pilotlight
