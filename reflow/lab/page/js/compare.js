export class Compare { runs=[]; element=document.createElement('main'); keys(){return []} async update(){} stop(){} }
