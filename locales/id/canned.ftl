# Balasan siap pakai: /r, dan @bot di kolom pesan.

canned-choose = 💬 <b>Balasan yang mana?</b>
canned-choose-for = 💬 <b>Balasan yang mana</b> untuk { $name }?
canned-chosen = 💬 Balasan <b>{ $word }</b> dipilih.
canned-nearest = 🤔 Tidak ada balasan “{ $word }”. Mungkin maksud Anda:
canned-unknown = 🤔 Tidak ada balasan “{ $word }”. Ketik /r untuk melihat semuanya.
canned-unclear = 🤔 Balasan “{ $word }” tidak jelas, jadi pesan di pelanggan tidak berubah.
canned-none-yet = 📭 Belum ada balasan siap pakai. Admin membuatnya dengan /replies.
canned-no-ticket = 📭 Anda tidak memegang tiket, jadi belum ada yang bisa dibalas.
canned-too-long = ⚠️ Pesan ini terlalu panjang. Kirim sebagian sebagai pesan tersendiri.
canned-more = { $count ->
   *[other] … dan { $count } lagi. Ketik awal katanya juga: <code>/r kata</code>
}
