# Pengingat tiket yang belum dibuka.

task-nudged = ⏰ <b>{ $number } masih menunggu Anda.</b>
task-nudged-time = Buka tiket ini, atau kembalikan supaya bisa ditangani agen lain. Jika belum dibuka dalam { $time }, tiket dialihkan ke agen lain yang siap.
task-nudged-hint = Buka tiket ini, atau kembalikan supaya bisa ditangani agen lain.
notice-task-passed-on = ↪️ Tiket <code>{ $number }</code> belum dibuka tepat waktu, jadi dialihkan ke agen lain.
toast-given-back = ↩️ Tiket kembali ke antrian
