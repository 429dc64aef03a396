# Balasan siap pakai: /r, dan @bot di kolom pesan.

canned-choose = 💬 <b>Balasan yang mana?</b>
canned-choose-for = 💬 <b>Balasan yang mana</b> untuk { $name }?
canned-chosen = 💬 Balasan <b>{ $word }</b> dipilih.
canned-nearest = 🤔 Tidak ada balasan “{ $word }”. Mungkin maksud Anda:
canned-unknown = 🤔 Tidak ada balasan “{ $word }”. Ketik /r untuk melihat semuanya.
canned-edit-no-word = 🤔 Balasan yang mana? Tanpa kata setelah /r, pesan di pelanggan tidak berubah.
canned-edit-unclear = 🤔 Balasan “{ $word }” tidak jelas, jadi pesan di pelanggan tidak berubah.
canned-none-yet = 📭 Belum ada balasan siap pakai. Admin membuatnya dengan /replies.
canned-no-ticket = 📭 Anda tidak memegang tiket, jadi belum ada yang bisa dibalas.
canned-too-long = ⚠️ Pesan ini terlalu panjang. Kirim sebagian sebagai pesan tersendiri.
canned-caption-too-long = ⚠️ Berkas belum terkirim: teks ini terlalu panjang untuk sebuah berkas. Kirim berkasnya tanpa teks, lalu balasannya sebagai pesan tersendiri.
canned-file-unclear = 🤔 Berkas belum terkirim: balasan yang mana? Kirim lagi berkasnya dengan /r dan satu kata lengkap: { $words }
canned-more = { $count ->
   *[other] … dan { $count } lagi. Ketik awal katanya juga: <code>/r kata</code>
}

# Pesan penutup, sebelum tiket selesai.

button-ask-last-word-on = 💬 Ingatkan saya tulis pesan penutup
button-ask-last-word-off = 💬 Jangan ingatkan pesan penutup
toast-last-word-on = Anda diingatkan menulis pesan penutup sebelum tiket selesai
toast-last-word-off = Tiket langsung selesai, tanpa pengingat
last-word-ask = 💬 <b>Pesan penutup untuk { $name }?</b>
    Tulis pesannya, lalu tiket <code>{ $number }</code> langsung selesai.
last-word-album = 💬 Album terkirim ke { $name }. Masih ada pesan? Tulis saja, atau selesaikan tiket <code>{ $number }</code>.
button-last-word-none = ✅ Tanpa pesan
button-last-word-back = ↩️ Belum selesai
last-word-left = 👌 Baik, tiket <code>{ $number }</code> tetap terbuka.
last-word-sent = ✅ Pesan penutup dikirim, tiket <code>{ $number }</code> selesai.
last-word-none = ✅ Tiket <code>{ $number }</code> selesai, tanpa pesan penutup.
last-word-over = ✅ Tiket <code>{ $number }</code> selesai.
