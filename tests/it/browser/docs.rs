//! The reference page of the side API: each operation with an example of its body and of its answers.
use super::{DESKTOP, Demo, containing};

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_shows_an_example_for_each_body_and_answer() {
    let demo = Demo::open(DESKTOP).await;
    demo.page.goto(format!("http://{}/docs", demo.stage.app.addr)).await.unwrap();
    let operation = "//main/details[summary/code[.='/api/tickets']]";
    demo.click(&format!("{operation}/summary")).await;
    let example = format!("{operation}//pre[@class='example']");
    let body = demo.wait_displayed(&format!("{example}{}", containing("customer_telegram_id"))).await;
    let body = body.text().await.unwrap();
    demo.click(&format!("{operation}//button[.='Use the example']")).await;
    let field = demo.wait_displayed(&format!("{operation}//textarea")).await;
    assert_eq!(field.prop("value").await.unwrap().unwrap(), body);
    for (status, word) in [("201", "INC120420251352536CO"), ("401", "expired_token"), ("422", "bad_body")] {
        let answer = format!("{operation}//tr[td[1]='{status}']");
        demo.click(&format!("{answer}//summary")).await;
        demo.wait_displayed(&format!("{answer}//pre[@class='example']{}", containing(word))).await;
    }
    demo.screenshot("docs").await;
    // No operation is without one, but for those that neither take nor give anything.
    let operations = demo.script("return document.querySelectorAll('main > details').length").await;
    let without = "return [...document.querySelectorAll('main > details')].filter(each => !each.querySelector('.example')).length";
    assert!(operations.as_u64().unwrap() > 30, "{operations}");
    assert_eq!(demo.script(without).await, 0);
    demo.close().await;
}
