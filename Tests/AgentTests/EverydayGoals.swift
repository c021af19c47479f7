// SPDX-License-Identifier: Apache-2.0

/// Goals as people say them, with what a reader must find in each. They were written, with what is expected, before the
/// parser was tried on any of them, and are not changed to suit it.
///
/// A goal stands on a line, what is expected on the next after `=>`, separated by ` | `: a text that must be a slot's or a
/// cell's, `[a; b; c]` for a list in that order, `@` for a typed value (`@2023-10-16`, `@09:00`, `@90s` for a duration,
/// `@2023-10-16..2023-10-22` for days, `@#3` for a number), `?count` for a question and its likeliest aggregate. Where
/// there is no `?`, nothing must be asked. The clock says Sunday, 15 October 2023, 15:34.
enum EverydayGoals {
    static let now = "2023-10-15 15:34:00"

    static let text = #"""
        remind me to buy milk tomorrow at 9
        => buy milk | @2023-10-16 | @09:00
        text mum that I'm late
        => mum | I'm late
        set an alarm for 6:45 am
        => @06:45
        Set an alarm for 7pm on Friday
        => @19:00 | @2023-10-20
        wake me up at 5:30 tomorrow
        => @05:30 | @2023-10-16
        Send "On my way" to Peter
        => On my way | Peter
        send a message to Anna saying I will be there in ten minutes
        => Anna | I will be there in ten minutes
        Message Dr. Weber: can we move the appointment to 3pm?
        => Dr. Weber | can we move the appointment to 3pm?
        tell Tom that dinner is at eight
        => Tom | dinner is at eight
        Text +4915112345678 with message: the parcel is here
        => +4915112345678 | the parcel is here
        call 555-0199
        => 555-0199
        call mom
        => mom
        Call Sarah Miller on her mobile
        => Sarah Miller
        turn on wifi
        =>
        Turn off Bluetooth please
        =>
        set brightness to 40%
        => 40%
        Put the phone in airplane mode.
        =>
        turn the volume up to max
        =>
        enable dark mode at sunset
        =>
        Set the screen timeout to 2 minutes
        => @120s
        Could you set a timer for 12 minutes?
        => @720s
        timer 90 seconds
        => @90s
        start a 25 minute timer
        => @1500s
        set a timer for 1 hour and 15 minutes
        => @4500s
        start the stopwatch
        =>
        Create a note called "Packing list" with the text "socks, charger, passport"
        => Packing list | socks, charger, passport
        make a note titled Ideas with the text: a robot that folds laundry
        => Ideas | a robot that folds laundry
        new note: call the plumber about the sink
        => call the plumber about the sink
        Write a note "Wifi password: tulip-42"
        => Wifi password: tulip-42
        Add milk, eggs and bread to my shopping list
        => [milk; eggs; bread]
        put olive oil, rice, and black beans on the grocery list
        => [olive oil; rice; black beans]
        Add the following items to my shopping list: apples, 2 kg potatoes, oat milk
        => [apples; 2 kg potatoes; oat milk]
        buy toothpaste
        => toothpaste
        remove bananas from the shopping list
        => bananas
        Delete the file report_final.pdf from Downloads
        => report_final.pdf | Downloads
        move holiday.jpg from DCIM to Pictures
        => holiday.jpg | DCIM | Pictures
        Rename draft.txt to final.txt
        => draft.txt | final.txt
        copy invoice_2023.pdf into the Documents folder
        => invoice_2023.pdf | Documents
        Create a folder named Taxes 2023
        => Taxes 2023
        open settings
        => settings
        Open the camera app
        => camera
        launch the calculator
        => calculator
        take a photo
        =>
        record a 30 second video
        => @30s
        How many unread messages do I have?
        => ?count
        what time is my meeting with Laura tomorrow?
        => Laura | @2023-10-16 | ?value
        When is my next dentist appointment?
        => ?first
        What's on my calendar on Monday?
        => @2023-10-16 | ?list
        do I have any meetings tomorrow?
        => @2023-10-16 | ?list
        How long did I run this week? Answer in minutes.
        => @2023-10-09..2023-10-15 | ?sum
        what was my longest run this month?
        => ?max
        How much did I spend on groceries last week?
        => @2023-10-02..2023-10-08 | ?sum
        Which tasks are due today?
        => @2023-10-15 | ?list
        is the alarm for 7:00 turned on?
        => @07:00 | ?exists
        Who sent me the last message?
        => ?last
        What is the phone number of Carla Gomez?
        => Carla Gomez | ?value
        how many photos are in the album "Rome 2022"?
        => Rome 2022 | ?count
        What's the average price? Reply with a single number.
        => ?value
        Create a calendar event "Team lunch" on October 20 at 12:30 for 1 hour
        => Team lunch | @2023-10-20 | @12:30 | @3600s
        Schedule a meeting with Bob on Tuesday at 3 pm
        => Bob | @2023-10-17 | @15:00
        Add an event titled 'Yoga' every Monday at 18:00
        => Yoga | @18:00
        add dentist appointment on 2023-11-03 at 10:15
        => dentist appointment | @2023-11-03 | @10:15
        Put "Parents evening" in my calendar for next Wednesday, 19:30
        => Parents evening | @19:30
        cancel my 3pm meeting
        => @15:00
        Delete the event 'Sync with Ops' on 2023-10-18
        => Sync with Ops | @2023-10-18
        move my haircut to Thursday at 4pm
        => haircut | @2023-10-19 | @16:00
        Create a new contact: Name: Jane Roe, Phone: +1 555 010 7788, Email: jane.roe@example.org
        => Jane Roe | +1 555 010 7788 | jane.roe@example.org
        Add a contact named Omar Haddad with the number 0171 2345678
        => Omar Haddad | 0171 2345678
        save +15550123456 as "Plumber"
        => +15550123456 | Plumber
        add Lena Fischer to my contacts, her email is lena@fischer.de
        => Lena Fischer | lena@fischer.de
        change the phone number of Marco to +390612345
        => Marco | +390612345
        Email bob@example.com with subject "Invoice" and body "Please find it attached."
        => bob@example.com | Invoice | Please find it attached.
        write an email to anna@home.net saying thanks for the flowers
        => anna@home.net | thanks for the flowers
        Reply to Nina with "Sounds good!"
        => Nina | Sounds good!
        reply yes to the last message from Paul
        => Paul
        forward the last message from Kim to Ravi
        => Kim | Ravi
        share my location with Lisa
        => Lisa
        Play the song "Blue Monday"
        => Blue Monday
        play some jazz
        => jazz
        Make a playlist named Road Trip with these songs: Africa, Hey Jude, Let It Be
        => Road Trip | [Africa; Hey Jude; Let It Be]
        add "Yesterday" to the playlist Oldies
        => Yesterday | Oldies
        create a playlist called "Gym" with the following songs, in order: Eye of the Tiger, Stronger and Titanium
        => Gym | [Eye of the Tiger; Stronger; Titanium]
        pause the music
        =>
        skip to the next song
        =>
        navigate to Alexanderplatz, Berlin
        => Alexanderplatz, Berlin
        How far is it to the airport?
        => ?value
        find the nearest pharmacy
        =>
        show me the way to 221B Baker Street
        => 221B Baker Street
        Add a marker at 52.5200, 13.4050
        => 52.5200, 13.4050
        Save Zurich, Switzerland as a favorite
        => Zurich, Switzerland
        add an expense of $12.50 for lunch
        => $12.50 | lunch
        Log 45 euros for gas, category Transport
        => Transport
        Add the expense: name: Taxi, amount: $18.20, category: Transportation, note: airport
        => Taxi | $18.20 | Transportation | airport
        delete the expenses Coffee, Parking and Cinema
        => [Coffee; Parking; Cinema]
        I spent 23.40 on books, please add that
        => books
        Add a recipe for "Pancakes" with 4 servings
        => Pancakes | @#4
        delete all recipes that use cinnamon
        => cinnamon
        show recipes that take less than 30 minutes
        => @1800s
        Add a task to water the plants, due tomorrow
        => water the plants | @2023-10-16
        add task "File taxes" with high priority due November 15
        => File taxes | @2023-11-15
        mark the task "Call bank" as done
        => Call bank
        Delete all completed tasks
        =>
        which high priority tasks are due this week?
        => @2023-10-09..2023-10-15 | ?list
        pls remind me 2 call grandma on sunday
        => call grandma
        remind me at 18:00 to take out the trash
        => take out the trash | @18:00
        Remind me in 20 minutes to check the oven
        => check the oven | @1200s
        reminder: pay rent on the 1st
        => pay rent
        Don't forget: dentist on Tuesday at 8
        => @2023-10-17 | @08:00
        set alarm 6:30 weekdays
        => @06:30
        delete the 7:15 alarm
        => @07:15
        Change my 8:00 alarm to 8:30
        => @08:00 | @08:30
        turn off all alarms
        =>
        snooze the alarm for 10 minutes
        => @600s
        Search for "best pizza dough" in the browser
        => best pizza dough
        google the weather in Oslo
        => Oslo
        look up how to tie a tie
        => how to tie a tie
        open https://example.org/page in Chrome
        => https://example.org/page | Chrome
        go to example.com and log in
        => example.com
        What is the weather like today?
        => @2023-10-15 | ?value
        Install the app Signal
        => Signal
        uninstall Candy Crush
        => Candy Crush
        Update all apps
        =>
        clear the notifications
        =>
        set wallpaper to beach.png
        => beach.png
        Take a screenshot and send it to Maya
        => Maya
        delete the last photo
        =>
        delete the three newest photos
        => @#3
        Share sunset.jpg with Elena via email
        => sunset.jpg | Elena
        create an album named Summer '23
        => Summer '23
        move IMG_0042.jpg and IMG_0043.jpg to the album Garden
        => IMG_0042.jpg | IMG_0043.jpg | Garden
        Scan the receipt and save it as receipt_oct.pdf
        => receipt_oct.pdf
        translate "good night" into Spanish
        => good night | Spanish
        convert 10 miles to km
        => 10 miles
        What is 15% of 80?
        => ?value
        how many days until Christmas?
        => ?count
        flip a coin
        =>
        Call me a taxi for 5 pm
        => @17:00
        book a table for two at Luigi's on Saturday at 7:30 pm
        => Luigi's | @2023-10-21 | @19:30
        order a large pizza margherita
        => a large pizza margherita
        Check in for flight LH 455
        => LH 455
        track package 1Z999AA10123456784
        => 1Z999AA10123456784
        Enter the code 482913
        => 482913
        type "hello world" in the search box
        => hello world
        Fill in the form: First Name: Ada, Last Name: Bauer, City: Graz
        => Ada | Bauer | Graz
        Set my name to Robin Hood
        => Robin Hood
        change the language to German
        => German
        Set the font size to large
        => large
        connect to the wifi network HomeNet with password hunter22
        => HomeNet | hunter22
        pair my headphones
        =>
        turn on do not disturb until 8am
        => @08:00
        block the number +15557654321
        => +15557654321
        mute the group "Family chat"
        => Family chat
        Create a group called Book Club with Ana, Ben and Cleo
        => Book Club | [Ana; Ben; Cleo]
        invite Ana, Ben and Cleo to the party on Saturday
        => [Ana; Ben; Cleo] | @2023-10-21
        tell everyone in the group "Hiking" that the bus leaves at 8
        => Hiking | the bus leaves at 8
        text Jo: running late, start without me
        => Jo | running late, start without me
        let Sam know that the keys are under the mat
        => Sam | the keys are under the mat
        ask Ivan if he can feed the cat
        => Ivan | he can feed the cat
        wish Priya a happy birthday
        => Priya
        send the address 12 Harbor Lane to Noah
        => Noah
        send Leo the photo beach.jpg
        => Leo | beach.jpg
        Send an SMS to 0664 1234567: "Arrived safely"
        => 0664 1234567 | Arrived safely
        Post "Sold out!" in the shop channel
        => Sold out!
        Write "Milk is in the fridge" on a new note and pin it
        => Milk is in the fridge
        Append "eggs" to groceries.md
        => eggs | groceries.md
        Replace the text in todo.md with "nothing left"
        => todo.md | nothing left
        Add to the bottom of the note Remember the umbrella.
        => Remember the umbrella.
        create note meeting_notes.md with content: Agenda for Monday. Bring slides.
        => meeting_notes.md | Agenda for Monday. Bring slides.
        Create a list with: tent, stove, sleeping bag
        => [tent; stove; sleeping bag]
        todo: laundry, dishes, vacuum
        => [laundry; dishes; vacuum]
        new checklist "Trip": passport, tickets, cash
        => Trip | [passport; tickets; cash]
        Split the bill of 86.40 between 4 people
        => @#4
        How many steps did I walk yesterday?
        => @2023-10-14 | ?count
        Start recording a run
        =>
        log a 5 km run
        => 5 km
        what was the distance of my last bike ride? Give the answer in km.
        => ?last
        how many calories did I burn from October 2 to October 6?
        => @2023-10-02..2023-10-06 | ?sum
        Add 250 ml of water
        => 250 ml
        record my weight: 72.4 kg
        => 72.4 kg
        Is it going to rain on Tuesday? Answer yes or no.
        => @2023-10-17 | ?exists
        which alarms are set? Answer with a comma separated list.
        => ?list
        Tell me the title of the newest note
        => ?first
        Count the contacts named Smith
        => Smith | ?count
        List all events between 2pm and 6pm on October 19
        => @2023-10-19 | ?list
        read me the first note in the folder 'Work'
        => Work
        What's Emma's birthday? Use the format <month> <day>.
        => Emma | ?value
        sum up the prices in the note "Bills"
        => Bills | ?sum
        who is my first meeting with tomorow?
        => ?first
        wat time does my alarm ring
        => ?value
        remmind me to renew passport on 5 december
        => renew passport | @2023-12-05
        pls txt Kai "gym at 6?"
        => Kai | gym at 6?
        Please, would you be so kind as to turn on the flashlight?
        =>
        I'd like you to delete my note called "old ideas", please.
        => old ideas
        Hey, can you add "buy stamps" to my to-do list?
        => buy stamps
        I need a reminder for Friday at noon: submit the report
        => submit the report | @2023-10-20 | @12:00
        My sister's number changed, it is now +43 660 5551234
        => +43 660 5551234
        could you please find out how many songs are in the playlist 'Chill'
        => Chill | ?count
        Let me know which of my contacts live in Paris
        => Paris | ?list
        add “Dune” and “Emma” to my reading list
        => Dune | Emma
        rename the album ‘Misc’ to ‘Old stuff’
        => Misc | Old stuff
        create a note 'Ana's birthday' with text 'Don't forget the cake'
        => Ana's birthday | Don't forget the cake
        WIFI OFF
        =>
        ALARM 7 30 AM
        => @07:30
        meeting w/ Carl tmrw 10am
        => Carl | @10:00
        dinner w Zoe fri 8pm
        => Zoe | @20:00
        Title: Groceries\nText: milk and honey
        => Groceries | milk and honey
        Add these to my list:\n- soap\n- towels\n- matches
        => [soap; towels; matches]
        Add these contacts:\nname,phone\nAl,5550001\nBo,5550002
        => [Al; Bo] | [5550001; 5550002]
        Enter these workouts:\nType: Run\n Minutes: 30\n\nType: Swim\n Minutes: 45
        => [Run; Swim] | [30; 45]
        Make a note named plan.md with the following text: Eat well. Then send it to Olga.
        => plan.md | Eat well | Olga
        Create an event tomorrow from 9:00 to 10:30 with the title "Standup" and description "Weekly sync"
        => @2023-10-16 | Standup | Weekly sync
        Note that the spare key is at Otto's place
        => the spare key is at Otto's place
        Set a reminder titled "Vitamins" daily at 8:00
        => Vitamins | @08:00
        Close all tabs
        =>
        download the attachment from Vera's email
        => Vera
        scroll down to the end of the page
        =>
        """#
}
